"""The course of a search for a leak: asks for windows of operations, is sent marks, ends in a verdict."""

from __future__ import annotations

from collections.abc import Generator, Iterable
from dataclasses import dataclass

from suite.leaks.finding import Finding, Unsettled, tell, tell_unsettled
from suite.leaks.rule import LEAST
from suite.leaks.window_series import FAR_TOO_MUCH, CounterSeries, Marks, Reading, WindowSeries
from suite.records.leak import LeakOutcome, LeakVerdict
from suite.records.reason import Reason

__all__ = ["Idle", "Marks", "Reading", "Rules", "Step", "Window", "search"]

_GIVEN_UP = 12
"""So many windows of growth are no warm-up any more."""
_LONGER = 4
"""So much longer are the windows that confirm."""
_GONE = 0.8
"""Growth of which so much went away was only retained."""
_FILLS = 2
"""So often caches are filled: one may begin to when another is full."""
_FAR = 10
"""So many times the operations that were looked at may go into filling caches."""
_ORDER = ("no growth", "bounded", "released")
"""What does not end a search before held connections were tried, the more harmless first."""

_UNDECIDED = ("sporadic", "unsettled")


@dataclass(frozen=True, slots=True)
class Window:
    """Run so many operations, then mark. With `hold` connections stay open until a step without it.

    `warming`: what grows in it decides nothing.
    """

    operations: int
    hold: bool = False
    words: str = ""
    warming: bool = False


@dataclass(frozen=True, slots=True)
class Idle:
    """Wait, then mark. With `hold` connections stay open meanwhile."""

    seconds: float
    hold: bool = False
    words: str = ""


Step = Window | Idle
_Asking = Generator[Step, Marks, Marks]


@dataclass(frozen=True, slots=True)
class Rules:
    """How far to look.

    `windows` of so many `requests` decide, `confirm` windows four times as long confirm, at most `warmup`
    windows come before. What grows irregularly, or can't be told from noise, is looked at `sporadic` times
    as long. Before it accuses it idles `ttl` seconds. `held` looks a second time with connections held.
    """

    requests: int = 100
    windows: int = 8
    confirm: int = 4
    warmup: int = 20
    ttl: float = 5.0
    sporadic: int = 5
    held: bool = True

    def __post_init__(self) -> None:
        if min(self.requests, self.confirm, self.sporadic) < 1 or self.windows < LEAST:
            raise ValueError(f"at least {LEAST} windows of 1 request are needed, not {self}")


def search(rules: Rules = Rules()) -> Generator[Step, Marks, LeakVerdict]:
    """Yields what is wanted next and is sent the marks after it; returns the verdict.

    Bounded in steps whatever it is sent. A process that can't be read is left out.
    """
    course = _Course(rules)
    try:
        finding = yield from course.run()
    except Unsettled as end:
        return tell_unsettled(end.reason, course.operations, course.detectable, held=course.hold)
    return tell(finding, course.operations, course.detectable, ttl=rules.ttl)


class _Course:
    """A search on its way: what was done, and the last marks."""

    def __init__(self, rules: Rules) -> None:
        self._rules = rules
        self._begin: Marks = {}
        self._now: Marks = {}
        self.operations = 0
        self.hold = False
        self.detectable: float | None = None

    def run(self) -> Generator[Step, Marks, Finding]:
        self._begin = yield from self._take(Window(0, words="first mark"))
        yield from self._warm_up()
        found = [(yield from self._mode())]
        if self._rules.held and found[0].outcome in _ORDER:
            self.hold = True
            words = "warming up, connections held"
            self._begin = yield from self._take(Window(self._rules.requests, True, words, warming=True))
            found.append((yield from self._mode()))
        return max(found, key=_gravity)

    def _take(self, step: Step) -> _Asking:
        marks = yield step
        if isinstance(step, Window):
            self.operations += step.operations
        self._now = {pid: reading for pid, reading in marks.items() if _readable(reading)}
        if not self._now:
            raise Unsettled(Reason("nothing_readable"))
        return self._now

    def _warm_up(self) -> Generator[Step, Marks, None]:
        """Until the counters are flat, or grow so long that they won't be."""
        marks = [self._now]
        for index in range(self._rules.warmup):
            words = f"warming up, window {index + 1}"
            step = Window(self._rules.requests, words=words, warming=True)
            marks.append((yield from self._take(step)))
            if WindowSeries(marks, self._rules.requests).settled():
                return
            if index + 1 >= _GIVEN_UP and WindowSeries(marks[-9:], self._rules.requests).growing():
                return

    def _look(
        self, operations: int, windows: int, words: str, stayed: frozenset[int] | None = None
    ) -> Generator[Step, Marks, WindowSeries]:
        marks = [self._now]
        for index in range(windows):
            step = Window(operations, self.hold, f"{words}, window {index + 1} of {windows}")
            marks.append((yield from self._take(step)))
        return WindowSeries(marks, operations, stayed)

    def _mode(self) -> Generator[Step, Marks, Finding]:
        """Search; where growth goes on while caches with a bound fill, fill them and search again."""
        found = yield from self._search()
        for _ in range(_FILLS):
            left = found.look.to_fill() if found.outcome == "unbounded" else None
            if left is None or left > _FAR * self.operations:
                break
            step = Window(left + self._rules.requests, self.hold, "filling caches", warming=True)
            yield from self._take(step)
            found = yield from self._search()
            if found.outcome == "no growth":
                found = self._found("bounded", found.look)
        return found

    def _search(self) -> Generator[Step, Marks, Finding]:
        """Look with connections closed at the marks, or held; longer while that does not decide."""
        rules, noticed = self._rules, self.detectable or 0.0
        words = "looking, connections held" if self.hold else "looking"
        found: Finding | None = None
        longest = 2 * rules.sporadic
        for factor in (1, rules.sporadic, longest):
            look = yield from self._look(factor * rules.requests, rules.windows, words)
            self.detectable = max(noticed, look.detectable() or 0.0) or None
            found = yield from self._judge(look, found, noise=FAR_TOO_MUCH if factor == longest else 1)
            if found.outcome not in _UNDECIDED:
                break
            words = f"looking {'longer' if factor == 1 else 'longer still'}"
        assert found is not None
        if found.outcome == "sporadic" and (yield from self._expires(found.look, found.look.risen())):
            return self._found("released", found.look, found.look.risen())
        return found

    def _judge(
        self, look: WindowSeries, before: Finding | None = None, *, noise: float = 1
    ) -> Generator[Step, Marks, Finding]:
        """What one look says. `before` is what a shorter one could not decide. `noise` is borne.

        That one may have seen the end of what grows: the longer one needs growth that does not slow down.
        """
        suspects = look.suspects()
        if not look.lines:
            raise Unsettled(Reason("no_whole_counter"))
        if not (look.stayed or suspects):
            raise Unsettled(Reason("processes_replaced"))
        grew = before is not None and before.outcome == "sporadic" and look.above(before.look)
        if suspects:
            windows = self._rules.confirm
            longer = yield from self._look(_LONGER * look.operations, windows, "confirming", look.stayed)
            lines = longer.confirmed(suspects)
            if lines:
                return (yield from self._accuse(look, longer, lines))
            if suspects.keys() - longer.lines.keys():
                return self._found("unsettled", longer, reason=Reason("growing_replaced"))
            if longer.growing(late=True):
                return self._found("sporadic", longer)
            grew = longer.above(look)
        elif look.growing(late=before is not None):
            return self._found("sporadic", look)
        if not grew and (reason := look.restless(noise)):
            return self._found("unsettled", look, reason=reason)
        return self._found("bounded" if grew else "no growth", look)

    def _accuse(
        self, look: WindowSeries, longer: WindowSeries, lines: list[CounterSeries]
    ) -> Generator[Step, Marks, Finding]:
        """A leak, unless it goes away by itself, or with the next operation after a time."""
        if (yield from self._expires(look, lines)):
            return self._found("released", longer, lines)
        if all(line.counter == "resident" and line.python for line in lines):
            # Heap that was given back may stay resident; what is freed is used again, what leaks is not.
            suspects = {line: first for line, first in look.suspects().items() if line in lines}
            again = yield from self._look(
                longer.operations, self._rules.confirm, "confirming again", longer.stayed
            )
            lines = again.confirmed(suspects)
            if not lines:
                return self._found("bounded", again)
            longer = again
        return self._found("unbounded", longer, lines)

    def _expires(self, look: WindowSeries, lines: Iterable[CounterSeries]) -> Generator[Step, Marks, bool]:
        """Whether what grew since `look` began goes away by itself, or with the next operations."""
        peak = self._now
        for step in (
            Idle(self._rules.ttl, self.hold, f"idling {self._rules.ttl:g} s, for what expires"),
            Window(self._rules.requests, self.hold, "one window more, for what expires with it"),
        ):
            now = yield from self._take(step)
            if _gone(WindowSeries([look.marks[0], peak, now], 1), lines):
                return True
        return False

    def _found(
        self,
        outcome: LeakOutcome,
        look: WindowSeries,
        lines: Iterable[CounterSeries] = (),
        *,
        reason: Reason | None = None,
    ) -> Finding:
        filled = WindowSeries([self._begin, self._now], 1)
        return Finding(outcome, look, tuple(lines), filled, held=self.hold, reason=reason)


def _readable(reading: Reading) -> bool:
    return (reading.blocks, reading.malloc, reading.resident) != (None, None, None)


def _gone(look: WindowSeries, lines: Iterable[CounterSeries]) -> bool:
    """Whether what grew from the first to the second mark went away by the third.

    Allocators keep memory that was freed: resident memory decides only where nothing else grew.
    """
    sums = {line.whole for line in lines}
    for line in {line for line in sums if line.counter != "resident"} or sums:
        before, peak, now = look.lines.get(line, (0.0, 0.0, 0.0))
        if peak <= before or peak - now < _GONE * (peak - before):
            return False
    return True


def _gravity(finding: Finding) -> int:
    return _ORDER.index(finding.outcome) if finding.outcome in _ORDER else len(_ORDER)
