"""What a result comes to in a word and a sentence, and how its figures are to be read."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from suite.compare.compared import Compared
from suite.foreign_text import clean
from suite.formats.envelope import exit_code
from suite.records.calibration import Calibration
from suite.records.capacity import Capacity
from suite.records.comparison import Comparison
from suite.records.costs import CostBill
from suite.records.leak import LeakSearch
from suite.records.overload import OverloadRecovery
from suite.records.record import Record
from suite.records.resilience import Resilience
from suite.records.run import Judgement, Measured, Run
from suite.records.soak import Soak
from suite.report.compared import counted
from suite.report.reasons import words
from suite.report.terminal.capacity import answer_words
from suite.report.terminal.costs import costs_closing
from suite.report.terminal.leaks import closing
from suite.report.terminal.overload import overload_answer
from suite.report.terminal.resilience import conclusion
from suite.report.terminal.soak import soak_closing
from suite.report.verdict import code_text
from suite.report.words import first_line, many, quantity
from suite.units import format_quantity

Tone = Literal["good", "bad", "open"]
"""It is as it should be; it isn't; that can't be told."""

_HOW = {
    "run": "Response time runs from the moment at which an operation was due, so waiting in line counts. "
    "Percentiles come from all rounds together; a range is that of the rounds.",
    "capacity": "Every look is a load of its own. Below the interval all limits held, above it one broke; "
    "how wide it is shows how exactly that is known.",
    "leaks": "What is live is counted after each window of operations, when all is quiet and collected. "
    "A leak rises in nearly every window; what fills up, and stops, is none.",
    "costs": "Everything is counted and not timed, per operation: a busy machine changes nothing. "
    "Windows that agree make a figure that can be compared.",
    "comparison": "A shift counts once its whole interval lies beyond the smallest change that matters. "
    "Inconclusive means that more runs are needed, not that all is well.",
    "soak": "What drifts gets worse from window to window without end, by more than chance; "
    "what stopped did so only at first.",
    "resilience": "Each fault is made on its own, in fresh processes. "
    "Recovery is over when operations are as good as before the fault, and stay so.",
    "recovery": "Each look overloads the system for a while. "
    "It recovers if operations get as good as they were before.",
    "calibration": "So small a change would be noticed on this machine, and so often.",
}


@dataclass(frozen=True, slots=True)
class Headline:
    """The verdict as a `word` and what was `said` of it; `how` it is to be read. `tone` is its colour."""

    word: str
    said: str
    how: str
    tone: Tone


def headline(record: Record) -> Headline:
    """Of a record of any kind."""
    code = exit_code(record)
    word, _, said = _closing(record, code).partition("  ")
    tone: Tone = "good" if code == 0 else "open" if code == 3 else "bad"
    return Headline(word.capitalize(), said, _HOW[record.KIND], tone)


def _closing(record: Record, code: int) -> str:
    """The word and the sentence with two spaces between them."""
    end = code_text(code).plain
    match record:
        case Run():
            return f"{end}  {run_words(record)}"
        case Capacity():
            return f"{end}  It holds {answer_words(record.found, record.interval, record.unit)}."
        case LeakSearch():
            return closing(record, code).plain
        case CostBill():
            return costs_closing(record, code).plain
        case Comparison():
            compared = Compared(record.base, record.head, (record,))
            base, head = (many(count, "run") for count in record.runs)
            which = f"base {clean(record.base)}, {base}; head {clean(record.head)}, {head}"
            return f"{record.verdict}  {_opening(counted(compared))} {_opening(which)}"
        case OverloadRecovery():
            return f"{end}  {_opening(overload_answer(record))}"
        case Resilience():
            return f"{end}  {_opening(conclusion(record))}"
        case Soak():
            return soak_closing(record, code, None, None).plain
        case Calibration():
            return f"calibrated  from {many(record.runs, 'run')}"


def run_words(run: Run) -> str:
    """What decided a Run, in a sentence or two."""
    return " ".join([*_decided(run), *_doubted(run)])


def missed_words(run: Run | Soak, judged: Judgement) -> str:
    """A level that was not held: "response.p95 is 1.2 s, its critical level is at most 1 s"."""
    measured = run.metrics.get(judged.metric, Measured("1", "lower", judged.value))
    side = "at least" if measured.better == "higher" else "at most"
    limit = format_quantity(judged.limit, measured.unit)
    return (
        f"{clean(judged.metric)} is {quantity(measured)}, its {clean(judged.level)} level is {side} {limit}"
    )


def _decided(run: Run) -> Iterator[str]:
    broken = [check for check in run.checks if not check.passed]
    missed = [one for one in run.thresholds if one.passed is False]
    critical = [one for one in missed if one.level == "critical"]
    if run.error is not None:
        yield f"It ended early, {run.error.kind}: {_sentence(first_line(run.error.message))}"
    if broken:
        detail = f": {first_line(broken[0].detail)}" if broken[0].detail else ""
        yield _sentence(f"A check failed, {first_line(broken[0].name)}{detail}{_more(len(broken))}")
    if run.validity.verdict == "invalid":
        why = "; ".join(map(words, run.validity.reasons[:1])) or "no reason is given"
        yield "These figures can't be believed, and count neither as pass nor as fail:"
        yield _sentence(first_line(why))
    elif critical:
        yield _sentence(f"{missed_words(run, critical[0])}{_more(len(critical))}")
    elif any(one.level == "critical" and one.passed is None for one in run.thresholds):
        yield "A critical limit could not be judged."
    elif not broken and run.error is None:
        asked = [
            *([many(len({one.metric for one in run.thresholds}), "threshold")] if run.thresholds else []),
            *([many(len(run.checks), "check")] if run.checks else []),
        ]
        held = "All critical limits held" if missed else "All limits held"
        yield (
            f"{held}: {' and '.join(asked)}."
            if asked
            else "Nothing was asked of it: it has no thresholds and no checks."
        )
        if missed:
            yield _sentence(f"Yet {missed_words(run, missed[0])}{_more(len(missed))}")


def _doubted(run: Run) -> Iterator[str]:
    if run.validity.verdict == "doubtful":
        why = "; ".join(map(words, run.validity.reasons[:1]))
        yield f"There is doubt: {_sentence(first_line(why))}" if why else "There is doubt."


def _more(count: int) -> str:
    return f", and {count - 1} more" if count > 1 else ""


def _sentence(text: str) -> str:
    return text if text.endswith((".", "!", "?", "…")) else f"{text}."


def _opening(text: str) -> str:
    """A sentence that begins with a capital."""
    return _sentence(text[:1].upper() + text[1:])
