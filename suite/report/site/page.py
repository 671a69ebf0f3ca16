"""Pages from templates: an index, and one per workload."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from suite.report.site.capacity_curve import capacity_curve, capacity_words, load_words
from suite.report.site.change_marks import change_words, share_words
from suite.report.site.event import Event, events_of, newest_first
from suite.report.site.history_chart import MOST, history_chart, sparkline
from suite.report.site.outcome_chart import MOST as BARS
from suite.report.site.outcome_chart import NOT_OK, not_ok, outcome_chart, validity_strip
from suite.report.site.spectrum import Curve, asv_curves, run_curves, spectrum
from suite.report.site.story import Story
from suite.report.site.timeline import SHOWN, timeline
from suite.report.site.track import title
from suite.report.words import plan_words
from suite.units import format_quantity

_RECENT = 12
_LONGEST = 100
"""Characters of a file name, which may have 255 bytes."""
_HERE = Path(__file__).parent
HEADLINES = ("throughput", "response.p99", "memory.peak")


@dataclass(frozen=True, slots=True)
class Site:
    """What all pages share. `files` are the workloads' pages, `flames` copied flame graphs by recording."""

    project: str
    made: str
    files: Mapping[str, str]
    flames: Mapping[str, str]
    notes: tuple[str, ...] = ()


def file_names(workloads: Sequence[str]) -> dict[str, str]:
    """A file name per workload, each once, also where the file system takes capitals for small letters."""
    names: dict[str, str] = {}
    for workload in workloads:
        stem = re.sub(r"[^a-z0-9]+", "-", workload.lower()).strip("-")[:_LONGEST] or "workload"
        taken, name, count = {"index.html", *names.values()}, f"{stem}.html", 2
        while name in taken:
            name, count = f"{stem}-{count}.html", count + 1
        names[workload] = name
    return names


def index_page(site: Site, stories: Sequence[Story]) -> str:
    """All workloads in short, and what changed of late."""
    events = newest_first(event for story in stories for event in events_of(story))
    rows = [
        {
            "story": story,
            "tracks": [story.find(metric) for metric in HEADLINES],
            "event": next((event for event in events if event.workload == story.name and event.alert), None),
            "changes": sum(event.workload == story.name and event.alert for event in events),
        }
        for story in stories
    ]
    return _render(
        "index.html", site=site, rows=rows, events=[event for event in events if event.alert][:_RECENT]
    )


def workload_page(site: Site, story: Story) -> str:
    """All that is known of one workload."""
    curves = run_curves(story)
    setting = story.settings[0] if story.settings else ""
    coarse = [] if curves else asv_curves(story, setting)
    briefs = [b for b in story.briefs if story.latest and b.setting == story.latest.setting][-BARS:]
    return _render(
        "workload.html",
        site=site,
        story=story,
        run=story.runs[0] if story.runs else None,
        events=events_of(story)[:_RECENT],
        drifts=[track for track in story.tracks if track.detection.drift is not None],
        curves=curves or coarse,
        service=_service(story),
        briefs=briefs,
        timelines=[(words, timeline(story.runs, name)) for name, (_, words) in SHOWN.items() if story.runs],
    )


def _service(story: Story) -> list[Curve]:
    """Response and service time of the newest Run, where waiting made a difference."""
    if not story.runs or story.runs[0].plan.get("loop") != "open":
        return []
    curves = [*run_curves(story)[:1], *run_curves(story, "service")[:1]]
    names = ("response time, from the intended start", "service time, from the actual start")
    named = [Curve(name, c.points, c.bound) for name, c in zip(names, curves, strict=False)]
    return named if len(named) == 2 else []


def _date(text: str) -> str:
    return text[:16].replace("T", " ")


def _worst(event: Event) -> str:
    track, change = event.moves[0]
    return f"{title(track.metric)} {change_words(change)}"


def _svg(draw: Any) -> Any:
    """A filter that draws: what it makes is escaped already."""
    return lambda *given: Markup(draw(*given) or "")  # noqa: S704 (each drawing escapes its words)


@cache
def _environment() -> Environment:
    made = Environment(
        loader=FileSystemLoader(_HERE / "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.filters.update(
        quantity=format_quantity, title=title, date=_date, plan=plan_words, change=change_words,
        history=_svg(history_chart), spark=_svg(sparkline), spectrum=_svg(spectrum),
        outcomes=_svg(outcome_chart), strip=_svg(validity_strip), curve=_svg(capacity_curve),
        interval=capacity_words, load=load_words, share=share_words, worst=_worst, not_ok=not_ok,
        ready=Markup,
    )  # fmt: skip
    made.globals.update(NOT_OK=NOT_OK, MOST=MOST)
    return made


def _render(name: str, **given: Any) -> str:
    return _environment().get_template(name).render(**given)
