"""Whatever a record says, all that it is shown in stays what it is: a page, XML, a table, lines of text."""

import copy
import csv
import io
import os
import random
import re
from collections.abc import Iterable
from html.parser import HTMLParser
from typing import Any
from xml.etree import ElementTree

from prometheus_client.openmetrics.parser import text_string_to_metric_families
from support.every_kind import RECORDS
from support.fuzzing import ODD, mutated_data, places

from suite.compare.likeness import likeness, one_plan
from suite.errors import StoreError
from suite.formats.structure import dump, load
from suite.ledger.rows import index_rows
from suite.report.documents.benchmark_action import benchmark_action
from suite.report.documents.csv_table import csv_table
from suite.report.documents.junit import junit
from suite.report.documents.open_metrics import open_metrics
from suite.report.documents.results_markdown import results_markdown
from suite.report.html.page import report_page
from suite.report.site.setting import settings_of
from suite.report.terminal.record import record_text

CASES = 4 * int(os.environ.get("LOADLEDGER_EXAMPLES", "10"))
HOSTILE = (
    "</style><script>alert(1)</script><img src=x onerror=alert(1)>", "\"'><a href=javascript:x>", "{{ 7*7 }}",
    "=1+1", "+1", "-1", "@x", "\t=1", "\r=1", "|a|b|", "```\n# x\n````\n", "</summary></details><h1>",
    "a\n::set-output name=x::y", "::error::z", "##[add-mask]z", "a\r::stop-commands::q",
    "x\x00y", "\x1b]0;t\x07", "\u202e\u2028x", "\ufffe", "\ud800", 'a"} 1\n# EOF\nb{c="', "a\\", "x" * 5000,
    "]]>", "%0A::warning::a",
)  # fmt: skip
OF_A_RUNNER = (
    r"(?:add-(?:mask|matcher|path)|remove-matcher|internal-set-repo-path|save-state|set-(?:env|output)"
    r"|stop-commands|debug|echo|(?:end)?group|error|notice|warning)"
)
COMMAND = re.compile(rf"^\s*::{OF_A_RUNNER}(::|\s)|##\[{OF_A_RUNNER}\]", re.MULTILINE)
FENCED = re.compile(r"^````text$.*?^````$", re.MULTILINE | re.DOTALL)


class Elements(HTMLParser):
    """The names of all elements of a page, and of their attributes."""

    def __init__(self) -> None:
        super().__init__()
        self.names: set[str] = set()
        self.attributes: set[str] = set()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.names.add(tag)
        self.attributes |= {name for name, _ in attrs}
        assert not any("javascript:" in (value or "") for name, value in attrs if name == "href")


def quoting(valid: Any, chance: random.Random) -> Any:
    """A copy in which some texts, and some names, are hostile."""
    data = copy.deepcopy(valid)
    for _ in range(chance.choice((1, 2, 6))):
        texts = [
            path for path in places(data) if isinstance(value_at(data, path), str) or chance.randrange(8) == 0
        ]
        *path, last = chance.choice(texts)
        inside = value_at(data, path)
        if isinstance(inside[last], str):
            inside[last] = chance.choice(HOSTILE)
        elif isinstance(inside, dict):
            inside[chance.choice(HOSTILE)] = inside.pop(last)
    return data


def value_at(data: Any, path: Iterable[Any]) -> Any:
    for key in path:
        data = data[key]
    return data


PLAN: dict[str, Any] = {
    "loop": "open", "engine": "locust", "users": 8, "rate": 20.0, "arrivals": "replay", "busy": "drop",
    "operations": 9, "each": 2, "seconds": 10.0, "warmup": 1.0, "spin": 0.1, "speed": 2.0, "workers": 3,
    "think": [0.1, 0.2], "stages": [[10.0, 5.0], [20.0, 5.0]], "burst": [3, 1.0], "good": {"x": 1.0},
    "faults": [{"kind": "delay"}], "target": "http://there/", "log": "access.log 1234abcd", "seed": 1,
    "quick": True, "repeated": [1], "parameters": {"size": 3}, "versions": {"response.p99": "1"},
    "replay": {
        "client": "address", "idle": 1800.0, "begin": 2.0, "stamp": "end", "digest": "12", "lines": 9,
        "used": 7, "skipped": {"method": 1, "odd": 1}, "clients": 2, "sessions": 3, "seconds": 9.0,
        "whole": True, "back": 1, "planned": 7, "beyond": 1,
    },
}  # fmt: skip
ENVIRONMENT: dict[str, Any] = {
    "cpu": "Xeon", "machine": "x86_64", "cores": 8, "affinity": 4, "container": "docker", "setting": "a",
    "memory": 9e9, "host": "box", "kernel": "6.1", "governor": "x", "implementation": "CPython",
    "python": "3.12", "packages": {"numpy": "2.1"}, "instruments": ["debugger"],
}  # fmt: skip


def looked_at(record: Any) -> None:
    said = record_text(record)
    assert all(one.isprintable() or one == "\n" for one in said), [x for x in said if not x.isprintable()]
    assert not COMMAND.search(said), said
    faults = list[str]()
    page = Elements()
    page.feed(report_page([record], faults=faults))
    assert len(faults) <= 1  # of figures that nothing can be drawn of
    assert not {"script", "img", "iframe", "object"} & page.names
    assert not any(name.startswith("on") for name in page.attributes)
    root = ElementTree.fromstring(junit([record]))
    assert root.tag == "testsuites"
    rows = [*csv.reader(io.StringIO(csv_table([record])))]
    assert {len(row) for row in rows} == {len(rows[0])}
    texts = [cell for row in rows[1:] for cell in row if not re.fullmatch(r"-?[\d.e+-]+|-?inf|nan", cell)]
    assert not [cell for cell in texts if cell.startswith(("=", "+", "-", "@", "\t", "\r"))]
    [*text_string_to_metric_families(open_metrics([record]))]
    made = results_markdown([record])
    assert not COMMAND.search(made), made
    assert not re.search(r"^(#|<h1|</details>.)", FENCED.sub("", made.partition("\n")[2]), re.MULTILINE), made
    benchmark_action([record])


def test_whatever_a_record_says_it_stays_within_what_it_is_shown_in() -> None:
    chance = random.Random(11)
    valid = [(type(record), dump(record)) for record in RECORDS.values()]
    sound = 0
    for number in range(CASES):
        kind, data = chance.choice(valid)
        said = quoting(data, chance) if number % 2 else mutated_data(data, chance, (*ODD, *HOSTILE))
        try:
            record = load(kind, said)
        except StoreError:
            continue
        sound += 1
        try:
            looked_at(record)
        except Exception as error:
            raise AssertionError(f"case {number}, {kind.__name__}: {said!r}") from error
    assert 0 < sound < CASES


def test_a_plan_of_any_form_is_refused_or_shown_and_compared() -> None:
    """That of a document, and so of a journal's."""
    chance = random.Random(13)
    run: Any = RECORDS["run"]
    valid = [(type(record), dump(record)) for record in RECORDS.values() if hasattr(record, "plan")]
    sound = 0
    for number in range(2 * CASES):
        kind, data = chance.choice(valid)
        facts = {name: PLAN[name] for name in PLAN if chance.randrange(4)}
        said = mutated_data({"plan": facts, "environment": ENVIRONMENT}, chance)
        goal = {"goal": {**data["goal"], "over": "speed"}} if "goal" in data and chance.randrange(2) else {}
        try:
            record: Any = load(kind, {**data, **goal, **said})
        except StoreError:
            continue
        sound += 1
        try:
            record_text(record)
            report_page([record], faults=(faults := list[str]()))
            assert not faults, faults
            if isinstance(record, type(run)):
                for one, other in ((run, record), (record, run), (record, record)):
                    likeness(one, other)
                    one_plan(one, other)
                settings_of([record, run])
            junit([record])
            index_rows(record.KIND, dump(record))
        except Exception as error:
            raise AssertionError(f"case {number}, {kind.__name__}: {said!r}") from error
    assert 0 < sound < 2 * CASES
