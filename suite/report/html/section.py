"""A part of the page: a title, how to read what is below it, drawings and tables."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from markupsafe import Markup, escape


@dataclass(frozen=True, slots=True)
class Section:
    """`parts` are whole pieces of the page; one without any is left out. `read` says how they are read."""

    title: str
    parts: tuple[Markup, ...]
    read: str = ""


def sections(given: Iterable[Section]) -> Iterator[Section]:
    """Those that have anything to show."""
    for one in given:
        parts = tuple(part for part in one.parts if part)
        if parts:
            yield Section(one.title, parts, one.read)


def figure(drawing: str | None, caption: str = "", curves: Iterable[str] = ()) -> Markup:
    """A drawing with what it shows, and the names of its curves; nothing without one."""
    if not drawing:
        return Markup()
    keys = "".join(
        f'<span><span class="key c{index}"></span> {escape(name)}</span> '
        for index, name in enumerate(curves)
    )
    told = f"<strong>{escape(caption)}</strong>" if caption else ""
    head = f'<figcaption>{told}<span class="legend">{keys}</span></figcaption>' if told or keys else ""
    return Markup(f'<figure>{head}<div class="scroll">{drawing}</div></figure>')  # noqa: S704 (drawings escape)


def paragraph(text: str) -> Markup:
    """Plain words."""
    return Markup("<p>{}</p>").format(text) if text else Markup()


def small_title(text: str) -> Markup:
    """A title within a section."""
    return Markup("<h3>{}</h3>").format(text)
