"""Pages from templates: an index, and one per workload."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from jinja2 import Environment
from markupsafe import Markup

from suite.ledger.events import Event, Moved
from suite.report.charts.capacity_curve import capacity_curve
from suite.report.charts.graph import Graph
from suite.report.charts.history_chart import MOST, history_chart, sparkline
from suite.report.charts.outcome_chart import MOST as BARS
from suite.report.charts.outcome_chart import NOT_OK, not_ok, outcome_chart, validity_strip
from suite.report.charts.spectrum import Curve, spectrum
from suite.report.charts.timeline import SHOWN, observed_timelines, timeline
from suite.report.jinja import environment
from suite.report.judged import judged
from suite.report.reasons import verdict_words
from suite.report.site.capacity import capacity_setting, capacity_words
from suite.report.site.changes import events_of, newest, telling
from suite.report.site.curves import asv_curves, run_curves
from suite.report.site.setting import setting_words
from suite.report.site.workload_page import WorkloadPage
from suite.report.terminal.record import record_text
from suite.units import moment

_RECENT, _MOVES = 12, 8
_LONGEST = 100
"""Characters of a file name, which may have 255 bytes."""
_PLAIN = re.compile(r"[a-z0-9]+(/[a-z0-9]+(-[a-z0-9]+)*)?")
"""Names that no other such name shares a file with."""
_HERE = Path(__file__).parent
HEADLINES = ("throughput", "response.p99", "memory.peak")


@dataclass(frozen=True, slots=True)
class Site:
    """What all pages share. `files` are the workloads' pages, `flames` copied flame graphs by recording."""

    project: str
    made: str
    files: Mapping[str, str]
    flames: Mapping[str, str]
    notes: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class _Row:
    """A workload on the index: all of one setting, the one with the most commits."""

    story: WorkloadPage
    setting: str
    graphs: tuple[Graph | None, ...]
    newest: str
    change: tuple[Event, Moved] | None
    changes: int


def file_name(workload: str) -> str:
    """The file of a workload's page, whatever others there are.

    A name that does not make a file name of its own gets a part of its hash.
    """
    if _PLAIN.fullmatch(workload) and workload != "index" and len(workload) <= _LONGEST:
        return f"{workload.replace('/', '-')}.html"
    stem = re.sub(r"[^a-z0-9]+", "-", workload.lower()).strip("-")[:_LONGEST]
    mark = hashlib.sha256(workload.encode(errors="surrogatepass")).hexdigest()[:8]
    return f"{stem or 'workload'}-{mark}.html"


def index_page(site: Site, stories: Sequence[WorkloadPage]) -> str:
    """All workloads in short, and what changed of late."""
    events = [event for event in events_of(stories) if event.alert]
    return _render(
        "index.html",
        site=site,
        rows=[_row(story, events) for story in stories],
        events=[(event, telling(event, small=False)) for event in events[:_RECENT]],
        most=_MOVES,
        reason=_reason(stories),
    )


def workload_page(site: Site, story: WorkloadPage) -> str:
    """All that is known of one workload."""
    curves = run_curves(story)
    setting = story.settings[0] if story.settings else ""
    briefs = [b for b in story.briefs if story.latest and b.setting == story.latest.setting][-BARS:]
    return _render(
        "workload.html",
        site=site,
        story=story,
        run=story.runs[0] if story.runs else None,
        judged=judged(story.runs[0]) if story.runs else [],
        events=[(event, telling(event)) for event in events_of([story])[:_RECENT]],
        most=sum(len(graph.changes) for graph in story.graphs),
        reason=_reason([story]),
        drifts=[graph for graph in story.graphs if graph.detection.drift is not None],
        curves=curves or asv_curves(story, setting),
        service=_service(story),
        briefs=briefs,
        timelines=[
            *((words, timeline(story.runs, name)) for name, (_, words) in SHOWN.items() if story.runs),
            *observed_timelines(story.runs),
        ],
    )


def _row(story: WorkloadPage, events: Sequence[Event]) -> _Row:
    setting = story.settings[0] if story.settings else ""
    here = story.of(setting)
    graphs = {graph.metric: graph for graph in reversed(here) if graph.latest is not None}
    return _Row(
        story,
        setting,
        tuple(graphs.get(metric) for metric in HEADLINES),
        max((point.when for graph in graphs.values() if (point := graph.latest)), default=""),
        newest(events, story, setting),
        sum(newest([event], story, setting) is not None for event in events),
    )


def _reason(stories: Sequence[WorkloadPage]) -> Callable[[Moved], str | None]:
    by_name = {story.name: story for story in stories}
    return lambda moved: by_name[moved.line.workload].reason(moved)


def _service(story: WorkloadPage) -> list[Curve]:
    """Response and service time of the newest Run, where waiting made a difference."""
    if not story.runs or story.runs[0].plan.get("loop") != "open":
        return []
    curves = [*run_curves(story)[:1], *run_curves(story, "service")[:1]]
    names = ("response time, from the intended start", "service time, from the actual start")
    named = [Curve(name, c.points, c.bound) for name, c in zip(names, curves, strict=False)]
    return named if len(named) == 2 else []


def _day(when: float) -> str:
    return f"{moment(when):%Y-%m-%d}"


def _arrow(change: float) -> str:
    return "▲" if change > 0 else "▼"


def _svg(draw: Any) -> Any:
    """A filter that draws: what it makes is escaped already."""
    return lambda *given: Markup(draw(*given) or "")  # noqa: S704 (each drawing escapes its words)


@cache
def _environment() -> Environment:
    made = environment(_HERE / "templates")
    made.filters.update(
        verdict_words=verdict_words, day=_day, arrow=_arrow, history=_svg(history_chart),
        spark=_svg(sparkline), spectrum=_svg(spectrum), outcomes=_svg(outcome_chart),
        strip=_svg(validity_strip), curve=_svg(capacity_curve), interval=capacity_words,
        searched=capacity_setting, text=record_text, not_ok=not_ok, ready=Markup,
    )  # fmt: skip
    made.globals.update(NOT_OK=NOT_OK, MOST=MOST, setting_words=setting_words)
    return made


def _render(name: str, **given: Any) -> str:
    return _environment().get_template(name).render(**given)
