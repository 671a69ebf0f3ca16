"""What an A/B comparison shows: its sides, how far it is, a table per workload, the verdict."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Self

from rich.console import Console
from rich.padding import Padding
from rich.text import Text

from suite.compare.compared import Compared
from suite.compare.profilediff import Difference
from suite.compare.sequential import BLOCK, LOOKS
from suite.foreign_text import clean
from suite.records.comparison import Change, Comparison
from suite.records.reason import Reason
from suite.report.compared import amount, counted
from suite.report.reasons import all_words
from suite.report.terminal.compare import below, changes_table, plots, regressions
from suite.report.terminal.live import Live
from suite.report.terminal.profile import COSTS, difference_table, headline, left_out
from suite.report.verdict import code_text, conclusion_text
from suite.report.words import BAD, FAINT, WARNING, percent
from suite.stats.drift import relative
from suite.units import format_quantity

_LAST = LOOKS[-1]


class AbReporter:
    """Prints to one rich Console. Use it as a context manager, so that no unfinished line is left."""

    def __init__(self, console: Console) -> None:
        self._console = console
        self._live = Live(console)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._live.close()

    def doing(self, what: str) -> None:
        """What goes on before there are pairs; only on a terminal."""
        self._live.phase(clean(what), 0, 1, "")

    def start(self, base: str, head: str, notes: Iterable[str]) -> None:
        """Who is compared, and how they are run."""
        self._live.close()
        self._say(Text.assemble(("base  ", FAINT), clean(base)))
        self._say(Text.assemble(("head  ", FAINT), clean(head)))
        for note in notes:
            self._say(Text(f"      {clean(note)}", FAINT))
        self._console.print()

    def sampling(self, workload: str, pairs: int, side: str, standing: str) -> None:
        """A round of `side` starts, after so many whole `pairs`."""
        self._live.phase(f"{clean(workload)}  pair {pairs + 1} of {_LAST}", 0, 1, f"{side}  {standing}")

    def paired(self, workload: str, pairs: int, standing: str) -> None:
        """A pair is whole; every fourth one is told for good."""
        if pairs % BLOCK == 0:
            self._live.close()
            self._say(Text(f"{clean(workload)}  {pairs} of up to {_LAST} pairs  {standing}", FAINT))

    def repeated(self, workload: str, side: str, reasons: Iterable[Reason]) -> None:
        """A pair was invalid."""
        self._live.close()
        self._say(Text(f"{clean(workload)}  pair repeated, {side}: {clean(all_words(reasons))}", WARNING))

    def fault(self, text: str) -> None:
        """What could not be compared, while others can."""
        self._live.close()
        self._say(Text(clean(text), BAD))

    def result(self, found: Comparison, seconds: float, promise: str) -> None:
        """All that one workload's pairs show; `promise` says what they would have shown."""
        self._live.close()
        self._console.print()
        verdict = conclusion_text(found.verdict)
        after = f"  {found.runs[0]} pairs in {format_quantity(seconds, 's')}"
        self._say(Text.assemble((clean(found.workload), "bold"), "  ", verdict, after))
        if found.changes:
            table = changes_table(found.changes, "minimum", _minimum)
            self._console.print(Padding(table, (1, 0, 1, 2), expand=False))
        for line in below(found):
            self._say(line)
        if promise:
            self._say(Text(f"  {clean(promise)}", FAINT))
        if found.verdict in ("regression", "improvement"):
            for row in plots(found):
                self._say(row)
        self._console.print()

    def profiling(self, workload: str, side: str, done: int, total: int) -> None:
        """A round of `side` starts under the profiler, after `done` of `total`."""
        self._live.phase(f"{clean(workload)}  profile {done + 1} of {total}", 0, 1, side)

    def profiled(self, found: Difference, kind: str, unit: str) -> None:
        """Which functions make the difference in costs of a `kind`, likeliest causes first."""
        self._live.close()
        self._say(Text(f"  {headline(found, COSTS[kind], unit)}"))
        if found.rows:
            self._console.print(Padding(difference_table(found, unit), (1, 0, 1, 2), expand=False))
        if more := left_out(found):
            self._say(Text(f"  {more}", FAINT))

    def kept(self, path: str) -> None:
        """Where the differential flame graph lies."""
        self._say(Text.assemble(("  flame graph: ", FAINT), clean(path)))
        self._console.print()

    def heading(self, text: str) -> None:
        """What is measured next."""
        self._live.close()
        self._say(Text(clean(text), "bold"))
        self._console.print()

    def warn(self, text: str) -> None:
        """What is passed over."""
        self._live.close()
        self._say(Text(clean(text), WARNING))

    def end(self, compared: Compared, code: int, broken: Sequence[str], saved: str = "") -> None:
        """The verdict on all."""
        self._live.close()
        for line in regressions(compared):
            self._say(line)
        for name in broken:
            self._say(Text.assemble(("check failed: ", BAD), clean(name)))
        verdict = compared.conclusion.verdict
        decided = code in (0, 3) or (code == 1 and verdict == "regression")
        word = conclusion_text(verdict) if decided else code_text(code)
        where = f"; saved in {saved}" if saved else ""
        self._say(Text.assemble(word, f"  {counted(compared)}{where}"))

    def _say(self, text: Text) -> None:
        self._console.print(text, soft_wrap=True)


def so_far(middles: Mapping[str, tuple[float, float] | None]) -> str:
    """How far the medians of head lie from those of base, in a few words."""
    return ", ".join(
        f"{clean(name)} {percent(relative(*both))}" for name, both in middles.items() if both is not None
    )


def _minimum(change: Change) -> str:
    """The smallest change that counts."""
    return "" if change.shift is None else f"±{amount(change.minimum, change).lstrip('+')}"
