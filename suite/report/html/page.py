"""A report: some results on one page that needs nothing but itself."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from jinja2 import Environment
from markupsafe import Markup, escape

import suite
from suite.records.calibration import Calibration
from suite.records.capacity import Capacity
from suite.records.comparison import Comparison
from suite.records.costs import CostBill
from suite.records.leak import LeakSearch
from suite.records.overload import OverloadRecovery
from suite.records.record import Record
from suite.records.resilience import Resilience
from suite.records.run import Run
from suite.records.soak import Soak
from suite.report.headline import Headline, headline
from suite.report.html.comparison import comparison_sections
from suite.report.html.facts import facts
from suite.report.html.markup import bounded
from suite.report.html.run import run_sections
from suite.report.html.searches import capacity_sections, cost_sections, leak_sections
from suite.report.html.section import Section, sections
from suite.report.html.soak import soak_sections
from suite.report.html.trials import calibration_sections, recovery_sections, resilience_sections
from suite.report.jinja import environment
from suite.report.tiles import Tile, tiles

MOST = 1_000_000
"""Bytes of a page."""
_ROOM = 40_000
"""Of them for what stands around the results."""
_LEAST = 3_000
"""Of them for the verdict of a result, at most."""
_LINE = 400
"""Of them for a line of the index, without the name."""
_NAME = 200
_HERE = Path(__file__).parent


@dataclass(frozen=True, slots=True)
class _Part:
    """One result on the page."""

    record: Record
    name: str
    head: Headline
    tiles: Sequence[Tile]
    sections: Sequence[Section]


def report_page(records: Sequence[Record], *, faults: list[str]) -> str:
    """The whole page, at most 1 MB: what there is no room for is said in short.

    A record that can't be drawn is left out, and named in `faults`.
    """
    css = _style()
    left = MOST - _ROOM - len(css)
    shown: list[tuple[_Part, Markup]] = []
    unshown = 0
    for at, record in enumerate(records):
        try:
            others = _LEAST * (len(records) - at - 1)
            made = _fitting(record, left, max(left - others, 0), number=len(shown))
        except Exception as error:  # noqa: BLE001 - a record from elsewhere may say anything
            name = f"the {record.NAME} {bounded(record.id, 80)}"
            faults.append(f"{name} can't be drawn: {type(error).__name__}: {error}")
            continue
        if made is None:
            unshown += 1
        else:
            shown.append(made)
            left -= len(made[1].encode()) + len(escape(made[0].name).encode()) + _LINE
    return _environment().get_template("report.html").render(
        parts=[part for part, _ in shown],
        drawn=Markup().join(text for _, text in shown),
        title=shown[0][0].name if len(shown) == 1 else f"{len(shown)} results",
        style=Markup(css),  # noqa: S704 (our own)
        unshown=unshown,
        faults=[bounded(fault, 300) for fault in faults],
        version=suite.__version__,
    )  # fmt: skip


def is_ours(page: bytes) -> bool:
    """Whether a file has a report of ours, of whichever version."""
    return b"<footer><p>Made by Loadledger " in page


def _fitting(record: Record, room: int, whole: int, number: int) -> tuple[_Part, Markup] | None:
    """A result with all that there is of it if that takes no more than `whole` bytes, else its verdict.

    None if not even that takes no more than `room`.
    """
    name, head, first = bounded(record.workload, _NAME), headline(record), tiles(record)
    template = _environment().get_template("result.html")
    for most, full in ((whole, True), (room, False)):
        if full and most <= _LEAST:
            continue
        part = _Part(record, name, head, first, [*sections(_sections(record))] if full else ())
        text = template.render(part=part, number=number)
        if len(text.encode(errors="replace")) <= most:
            return part, Markup(text)  # noqa: S704 (the template escapes)
    return None


def _sections(record: Record) -> Iterator[Section]:
    match record:
        case Run():
            yield from run_sections(record)
        case Capacity():
            yield from capacity_sections(record)
        case LeakSearch():
            yield from leak_sections(record)
        case CostBill():
            yield from cost_sections(record)
        case Comparison():
            yield from comparison_sections(record)
        case Soak():
            yield from soak_sections(record)
        case Resilience():
            yield from resilience_sections(record)
        case OverloadRecovery():
            yield from recovery_sections(record)
        case Calibration():
            yield from calibration_sections(record)
    yield facts(record)


@cache
def _style() -> str:
    shared = _HERE.parent / "site" / "assets" / "site.css"
    return "\n".join(path.read_text(encoding="utf-8") for path in (shared, _HERE / "assets" / "report.css"))


@cache
def _environment() -> Environment:
    made = environment(_HERE / "templates")
    made.filters["bounded"] = bounded
    return made
