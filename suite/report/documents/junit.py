"""Results as JUnit XML: a testsuite per workload, a testcase per threshold and check."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Literal
from xml.etree import ElementTree

from suite.foreign_text import clean
from suite.formats.envelope import exit_code
from suite.records.comparison import Comparison
from suite.records.record import Record
from suite.records.run import Judgement, Run
from suite.records.soak import Soak
from suite.report.compared import brief
from suite.report.headline import headline, missed_words
from suite.report.reasons import all_words, words
from suite.report.terminal.record import record_text
from suite.report.words import quantity, short_id

Ended = Literal["passed", "failure", "error"]
_LONGEST = 20_000


@dataclass(frozen=True, slots=True)
class JunitCase:
    """One testcase: how it ended, in a line and at length."""

    name: str
    ended: Ended = "passed"
    message: str = ""
    text: str = ""


def junit(records: Sequence[Record]) -> str:
    """The document. Of several results of a workload each testcase names its own."""
    root = ElementTree.Element("testsuites", name="loadledger")
    total = {"tests": 0, "failures": 0, "errors": 0}
    for workload in dict.fromkeys(record.workload for record in records):
        mine = [record for record in records if record.workload == workload]
        suite = _suite(workload, mine)
        root.append(suite)
        for name in total:
            total[name] += int(suite.attrib[name])
    root.attrib.update({name: str(count) for name, count in total.items()})
    ElementTree.indent(root)
    text = ElementTree.tostring(root, encoding="unicode")
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{text}\n'


def _suite(workload: str, records: Sequence[Record]) -> ElementTree.Element:
    cases = [(record, case) for record in records for case in _cases(record)]
    ended = [case.ended for _, case in cases]
    newest = records[0]
    suite = ElementTree.Element(
        "testsuite",
        name=_plain(workload),
        tests=str(len(cases)),
        failures=str(ended.count("failure")),
        errors=str(ended.count("error")),
        skipped="0",
        time=f"{_seconds(records):g}",
        timestamp=newest.started[:19],
    )
    properties = ElementTree.SubElement(suite, "properties")
    for record in records:
        for name, value in _properties(record):
            ElementTree.SubElement(properties, "property", name=name, value=_plain(value))
    for record, case in cases:
        name = f"{case.name} ({short_id(record.id)})" if len(records) > 1 else case.name
        where = ElementTree.SubElement(
            suite, "testcase", classname=_plain(workload), name=_plain(name), time="0"
        )
        if case.ended != "passed":
            told = ElementTree.SubElement(where, case.ended, message=_plain(case.message), type=case.ended)
            told.text = _plain(case.text or case.message)
        elif case.text or case.message:
            ElementTree.SubElement(where, "system-out").text = _plain(case.text or case.message)
    return suite


def _properties(record: Record) -> Iterator[tuple[str, str]]:
    yield record.NAME, record.id
    yield "commit", record.commit or ""
    if isinstance(record, Run | Soak):
        yield "validity", record.validity.verdict


def _seconds(records: Iterable[Record]) -> float:
    """How long the load was, as planned; of what says nothing 0."""
    return float(sum(record.plan.get("seconds") or 0.0 for record in records))


def _cases(record: Record) -> Iterator[JunitCase]:
    head = headline(record)
    code = exit_code(record)
    if isinstance(record, Comparison):
        yield from (_change(record, at) for at in range(len(record.changes)))
        if not record.changes:
            yield JunitCase("comparison", "error", "nothing could be compared", all_words(record.notes))
        return
    if isinstance(record, Run):
        yield _load(record)
        yield from _thresholds(record)
        for check in record.checks:
            yield JunitCase(f"check: {check.name}", "passed" if check.passed else "failure", check.detail)
        return
    ended: Ended = "passed" if code == 0 else "failure" if code == 1 else "error"
    yield JunitCase(record.NAME, ended, f"{head.word}: {head.said}", record_text(record))
    if isinstance(record, Soak):
        yield from _thresholds(record)


def _load(run: Run) -> JunitCase:
    """Whether there are figures, and they can be believed."""
    name = "the load was delivered and can be believed"
    if run.error is not None:
        return JunitCase(name, "error", f"ended early, {run.error.kind}", run.error.message)
    said = "\n".join(map(words, run.validity.reasons))
    if run.validity.verdict == "invalid":
        return JunitCase(name, "error", f"invalid: {all_words(run.validity.reasons[:1])}", said)
    return JunitCase(name, "passed", "", f"{run.validity.verdict}: {said}" if said else "")


def _thresholds(run: Run | Soak) -> Iterator[JunitCase]:
    """A case each: a critical level that was missed is a failure, what nobody can judge an error."""
    levels: dict[str, list[Judgement]] = {}
    for one in run.thresholds:
        levels.setdefault(one.metric, []).append(one)
    for metric, some in levels.items():
        name = f"threshold: {metric}"
        missed = [missed_words(run, one) for one in some if one.passed is False]
        critical = [missed_words(run, one) for one in some if one.passed is False and one.level == "critical"]
        unknown = any(one.passed is None and one.level == "critical" for one in some)
        if run.validity.verdict == "invalid":
            yield JunitCase(name, "error", f"not judged, invalid: {all_words(run.validity.reasons[:1])}")
        elif critical:
            yield JunitCase(name, "failure", critical[0], "\n".join(missed))
        elif unknown:
            measured = run.metrics.get(metric)
            why = measured.note if measured and measured.note else f"it is {quantity(measured)}"
            yield JunitCase(name, "error", f"could not be judged: {why}")
        else:
            yield JunitCase(name, "passed", "\n".join(missed))


def _change(found: Comparison, at: int) -> JunitCase:
    change = found.changes[at]
    ends: dict[str, Ended] = {"regression": "failure", "inconclusive": "error"}
    said = f"{change.verdict}: {brief(change)}"
    return JunitCase(
        change.metric, ends.get(change.verdict, "passed"), said, f"{said}\n{words(change.reason)}"
    )


def _plain(text: str) -> str:
    """What XML has a sign for, within bounds."""
    shown = clean(text)
    return shown if len(shown) <= _LONGEST else shown[: _LONGEST - 1] + "…"
