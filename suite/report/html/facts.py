"""Where a result comes from, as names with values: code, load, machine, packages."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from markupsafe import Markup, escape

from suite.records.provenance import Provenance
from suite.report.html.markup import bounded
from suite.report.html.section import Section
from suite.report.words import plan_words, short_commit
from suite.units import format_quantity

_MACHINE = {
    "cpu": "processor", "cores": "cores", "affinity": "usable cores", "governor": "governor",
    "machine": "architecture", "kernel": "kernel", "container": "container", "setting": "setting",
    "implementation": "implementation", "python": "Python",
}  # fmt: skip
_PACKAGES, _LONGEST = 80, 200


def facts(record: Provenance) -> Section:
    """The environment in two columns."""
    rows = "".join(
        f"<div><dt>{escape(name)}</dt><dd>{escape(bounded(str(value), _LONGEST))}</dd></div>\n"
        for name, value in _facts(record)
    )
    packages = _packages(record.environment)
    return Section("Environment", (Markup(f'<dl class="facts">{rows}</dl>'), packages))  # noqa: S704


def _facts(record: Provenance) -> Iterator[tuple[str, object]]:
    state = f"{short_commit(record.commit)}{' with changes that were not committed' if record.dirty else ''}"
    yield "commit", f"{state}{f' on {record.branch}' if record.branch else ''}"
    yield "started", record.started[:19].replace("T", " ") + record.started[19:][-6:]
    if record.plan.get("loop"):
        yield "load", plan_words(record.plan)
    for name, value in _mapping(record.plan.get("parameters")).items():
        yield f"parameter {bounded(str(name), 60)}", value
    if record.plan.get("seed") is not None:
        yield "seed", record.plan["seed"]
    environment = record.environment
    for key, name in _MACHINE.items():
        if environment.get(key) is not None:
            yield name, environment[key]
    memory = environment.get("memory")
    if isinstance(memory, int | float):
        yield "memory", format_quantity(memory, "B")
    yield record.NAME, record.id


def _packages(environment: Mapping[str, Any]) -> Markup:
    found = [f"{name} {version}" for name, version in _mapping(environment.get("packages")).items()]
    if not found:
        return Markup()
    more = f", and {len(found) - _PACKAGES} more" if len(found) > _PACKAGES else ""
    shown = ", ".join(bounded(one, 60) for one in found[:_PACKAGES]) + more
    return Markup('<p class="packages"><small>Packages: {}</small></p>').format(shown)


def _mapping(given: object) -> Mapping[str, Any]:
    return given if isinstance(given, Mapping) else {}
