"""A comparison as Markdown for a pull request or a job's summary: what changed first, the rest folded."""

from __future__ import annotations

import html
import re
from collections.abc import Iterable, Iterator, Sequence

from suite.compare.compared import Compared
from suite.foreign_text import clean
from suite.records.comparison import Change, Comparison, CostChange
from suite.report.compared import GRAVEST_FIRST, chance, counted, interval, remedy, shift
from suite.report.reasons import words
from suite.report.terminal.compare import open_lines
from suite.report.terminal.shiftplot import shift_plot
from suite.report.words import signed
from suite.units import format_quantity

_LONGEST = 60_000
"""Characters: a comment of a pull request may have 65,536."""
_CHANGES = 50
_PLACES = 30


def markdown(compared: Compared, *, title: str = "Load benchmarks") -> str:
    """The whole text. Details that would make it too long for a comment are left out, and it says so."""
    lines = [f"## {title}: {compared.conclusion.verdict}", ""]
    lines += [f"{_code(compared.base)} → {_code(compared.head)}: {counted(compared)}.", ""]
    changed = list(compared.changes("regression", "improvement"))
    if changed:
        rows = [_row(one, change) for one, change in changed[:_CHANGES]]
        lines += [*markdown_table(("workload", "metric", "base", "head", "shift", "verdict"), rows), ""]
    if len(changed) > _CHANGES:
        lines += [f"… and {len(changed) - _CHANGES} more that changed.", ""]
    hint = remedy(compared)
    if hint is not None:
        command = f": {_code(hint.command)}" if hint.command else ""
        lines += [escaped(hint.said[:1].upper() + hint.said[1:]) + command, ""]
    lines += [f"- left out: {escaped(words(why))}" for why in compared.left_out]
    text = "\n".join(lines).rstrip() + "\n"
    gravest_first = sorted(compared.comparisons, key=lambda one: GRAVEST_FIRST.index(one.verdict))
    return with_details(text, map(comparison_details, gravest_first), "workloads")


def with_details(text: str, details: Iterable[Iterable[str]], what: str) -> str:
    """`text` with as many of its details, each some lines, as a comment has room for."""
    missing = 0
    for lines in details:
        block = "\n" + "\n".join(lines) + "\n"
        if missing or len(text) + len(block) > _LONGEST:
            missing += 1
        else:
            text += block
    if missing:
        text += f"\nDetails of {missing} more {what} are in the JSON document.\n"
    return text


def in_short(text: str) -> str:
    """What `markdown` made without the details of each workload."""
    head, folded, _ = text.partition("\n<details>")
    return head + ("\nDetails are in the log of the job.\n" if folded else "")


def comparison_details(one: Comparison) -> Iterator[str]:
    """All that was compared of a workload, folded."""
    base, head = one.runs
    yield summary(f"{one.workload}: {one.verdict}, runs: {base} of base, {head} of head")
    yield ""
    if one.changes:
        titles = ("metric", "base", "head", "shift", "interval", "p adjusted", "verdict")
        yield from markdown_table(titles, [_full_row(change) for change in one.changes])
        yield ""
    else:
        yield "Nothing could be compared."
        yield ""
    if one.verdict != "same" and one.places:
        heads = ("place", "what", "base", "head", "change")
        yield from markdown_table(heads, map(_place, one.places[:_PLACES]))
        yield from ("", f"… and {len(one.places) - _PLACES} more places.")[: 2 * (len(one.places) > _PLACES)]
        yield ""
    for key, shifts in one.quantiles.items():
        plot = list(shift_plot(shifts))
        yield from (f"{escaped(key)} time by quantile:", "", "```text", *plot, "```", "")
    for line in (*open_lines(one), *map(words, one.notes)):
        yield f"- {escaped(line)}"
    yield ""
    yield "</details>"


def _row(one: Comparison, change: Change) -> Sequence[str]:
    ends = interval(change)
    base, head = _sides(change)
    moved = shift(change) + (f" ({ends})" if ends else "")
    return one.workload, change.metric, base, head, moved, change.verdict


def _full_row(change: Change) -> Sequence[str]:
    base, head = _sides(change)
    ends = interval(change)
    return change.metric, base, head, shift(change), ends, chance(change.p), change.verdict


def _place(one: CostChange) -> Sequence[str]:
    where = f"{one.function}() {one.file}" + (f":{one.line}" if one.kind in ("statements", "c_calls") else "")
    base, head = (format_quantity(end, "1") for end in (one.base, one.head))
    return where, one.text or one.kind, base, head, signed(one.head - one.base, "1")


def _sides(change: Change) -> tuple[str, str]:
    return format_quantity(change.base, change.unit), format_quantity(change.head, change.unit)


def markdown_table(titles: Sequence[str], rows: Iterable[Sequence[str]]) -> Iterator[str]:
    """Rows end with a verdict."""
    yield f"| {' | '.join(titles)} |"
    yield f"|{'---|' * len(titles)}"
    for *cells, verdict in rows:
        last = f"**{verdict}**" if verdict == "regression" else verdict
        yield f"| {' | '.join([*map(escaped, cells), last])} |"


def escaped(text: str) -> str:
    """`text` from outside on one line, every sign that Markdown or HTML would act on as itself."""
    return _mentioning_nobody(re.sub(r"([\\`*_{}\[\]<>|~#$])", r"\\\1", flat(text)))


def summary(text: str) -> str:
    """`text` from outside as what folded details are opened by."""
    return f"<details><summary>{_mentioning_nobody(html.escape(flat(text)))}</summary>"


def _mentioning_nobody(text: str) -> str:
    """Hosts of code write to whoever follows an @ that begins a word: a space of no width parts them."""
    return re.sub(r"(?<!\w)@(?=\w)", "@\N{ZERO WIDTH SPACE}", text)


def _code(text: str) -> str:
    """`text` as code: nothing in it acts but backticks, which are none of names or commits."""
    return f"`{flat(text).replace('`', chr(39))}`"


def flat(text: str) -> str:
    """`text` from outside on one line."""
    return " ".join(clean(text).split())
