"""Names of settings: the machine and the plan, and what tells it from others that read the same."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from suite.ledger.summaries import RunSummary
from suite.records.classes import load_class, machine_class
from suite.report.words import plan_words
from suite.units import format_quantity

_HARDWARE = {"machine": "architecture", "affinity": "usable cores", "container": "container"}
_NO_LOAD = {"seed", "repeated", "versions"}
"""Parts of a plan that make no other load."""


def settings_of(pasts: Sequence[RunSummary]) -> dict[str, str]:
    """The setting of each Run, by id: equal for Runs of like machines under equal loads."""
    keys = {each.id: (machine_class(each.environment), load_class(each.plan)) for each in pasts}
    samples = {keys[each.id]: each for each in reversed(pasts)}  # the oldest of each
    alike: dict[str, list[tuple[str, str]]] = {}
    for each in pasts:
        group = alike.setdefault(setting_words(each.environment, each.plan), [])
        if keys[each.id] not in group:
            group.append(keys[each.id])
    names: dict[tuple[str, str], str] = {}
    for words, group in alike.items():
        facts = [_facts(samples[key]) for key in group]
        shared = set.intersection(*(set(each.items()) for each in facts))
        for key, own in zip(group, facts, strict=True):
            differing = [f"{name} {value}" for name, value in own.items() if (name, value) not in shared]
            names.setdefault(key, ", ".join([words, *differing]))
    return {run: names[key] for run, key in keys.items()}


def setting_words(environment: Mapping[str, Any], plan: Mapping[str, Any]) -> str:
    """Machine and plan: "Xeon, 8 cores: open loop, 100 /s, 10 s"; with the setting that a tool kept apart."""
    where = ", ".join(filter(None, [machine_words(environment), environment.get("setting")]))
    return f"{where}: {plan_words(plan)}{', quick' if plan.get('quick') else ''}"


def machine_words(environment: Mapping[str, Any]) -> str:
    """Processor and cores."""
    cores = environment.get("cores")
    return f"{environment.get('cpu') or 'unknown CPU'}{f', {cores} cores' if cores else ''}"


def _facts(each: RunSummary) -> dict[str, str]:
    """All that may set a machine or a load apart from another one, by name."""
    environment, plan = each.environment, dict(each.plan)
    facts = {words: str(environment[key]) for key, words in _HARDWARE.items() if environment.get(key)}
    memory = environment.get("memory")
    if isinstance(memory, int | float):
        facts["memory"] = format_quantity(memory, "B")
    parameters = plan.pop("parameters", None) or {}
    facts |= {name: str(value) for name, value in plan.items() if value is not None and name not in _NO_LOAD}
    return facts | {f"{name} =": str(value) for name, value in parameters.items()}
