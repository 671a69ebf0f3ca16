"""Whatever stands in any text of any record, it steers nothing, is no markup, and stops no report."""

import contextlib
import copy
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest
from jinja2.exceptions import UndefinedError
from support.every_kind import RECORDS
from support.sites import index_of, page_of, read

from suite.errors import StoreError
from suite.formats.document import dumps
from suite.formats.structure import dump, load
from suite.ledger.store import Ledger
from suite.report.documents.benchmark_action import benchmark_action
from suite.report.documents.csv_table import csv_table
from suite.report.documents.junit import junit
from suite.report.documents.open_metrics import open_metrics
from suite.report.documents.results_markdown import results_markdown
from suite.report.html.page import report_page
from suite.report.terminal.record import record_text

IMAGE = "<img src=q onerror=alert(1)>"
EVIL = f"x\"'>{IMAGE}\x1b[31m\x9b2J\u202e\ud800&{{{{7*7}}}} @octocat"
STEERS = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202e\ud800]")
FORMS: dict[str, Any] = {
    "html": lambda record: report_page([record], faults=[]),
    "junit": lambda record: junit([record]),
    "markdown": lambda record: results_markdown([record]),
    "metrics": lambda record: open_metrics([record]),
    "csv": lambda record: csv_table([record]),
    "benchmarks": lambda record: "".join(benchmark_action([record]).values()),
    "terminal": record_text,
}


def places(value: Any, way: tuple[Any, ...] = ()) -> Iterator[tuple[tuple[Any, ...], bool]]:
    """Where text is in plain data, and whether it is a key; of a list as its first part has it."""
    if isinstance(value, dict):
        for name, one in value.items():
            yield (*way, name), True
            yield from places(one, (*way, name))
    elif isinstance(value, list):
        yield from places(value[0], (*way, 0)) if value else ()
    elif isinstance(value, str):
        yield way, False


def changed(data: Any, way: tuple[Any, ...], key: bool, text: str) -> Any:
    made = copy.deepcopy(data)
    at = made
    for step in way[:-1]:
        at = at[step]
    if key:
        at[text] = at.pop(way[-1])
    else:
        at[way[-1]] = text
    return made


def check(record: Any, where: object) -> None:
    for form, write in FORMS.items():
        text = write(record)
        assert not STEERS.search(text), (where, form)
        text.encode()
        if form == "junit":
            ElementTree.fromstring(text)
        if form in ("html", "junit"):
            assert IMAGE not in text, (where, form)
        if form == "markdown":
            plain = re.sub("````text.*?````", "", text, flags=re.DOTALL)
            assert not re.search(r"(?<!\\)<img", plain), (where, form)
            assert not re.search(r"(?<!\w)@octocat", plain), (where, form)


@pytest.mark.exhaustive
@pytest.mark.parametrize("kind", [kind for kind in RECORDS if kind != "ab"])
def test_no_text_of_a_record_steers_or_stops_a_report(kind: str) -> None:
    record = RECORDS[kind]
    data = json.loads(dumps(dump(record)))
    read = 0
    for way, key in places(data):
        if "histograms" in way and not key:
            continue
        try:
            odd = load(type(record), changed(data, way, key, EVIL))
        except StoreError:
            continue
        read += 1
        check(odd, way)
    assert read > 10


@pytest.mark.exhaustive
@pytest.mark.parametrize("kind", ["run", "leaks", "capacity", "soak", "recovery", "resilience"])
def test_no_text_of_a_record_steers_a_page_of_the_site(kind: str, tmp_path: Path) -> None:
    record = RECORDS[kind]
    data = json.loads(dumps(dump(record)))
    drawn = 0
    for number, (way, key) in enumerate(places(data)):
        try:
            odd = load(type(record), changed(data, way, key, EVIL))
        except StoreError:
            continue
        place = tmp_path / f"{number}.db"
        with Ledger(place) as ledger:
            ledger.add(odd)
        for story in read(place).values():
            with contextlib.suppress(UndefinedError):  # of such a page the site says that it is left out
                for text in (page_of(story), index_of(story)):
                    drawn += 1
                    assert IMAGE not in text, way
                    assert not STEERS.search(text), way
    assert drawn > 10


@pytest.mark.parametrize("sign", ["\x1b", "\ud800", "\n", "<", '"'])
def test_a_time_has_no_sign_of_its_own_between_day_and_hour(sign: str) -> None:
    """Python takes any: it made JUnit no XML, and ended the report of all others."""
    record = RECORDS["run"]
    data = {**json.loads(dumps(dump(record))), "started": f"2026-01-01{sign}10:00:00+00:00"}
    with pytest.raises(StoreError, match="started is no time like"):
        load(type(record), data)


def test_a_unit_steers_nothing() -> None:
    record = RECORDS["run"]
    data = json.loads(dumps(dump(record)))
    for one in data["metrics"].values():
        one.update(unit=EVIL, better=EVIL)
    check(load(type(record), data), "units")
