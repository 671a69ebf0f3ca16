"""A Run second by second, as the site draws it."""

from dataclasses import replace
from xml.etree import ElementTree

import pytest
from support.runs import make_run

from suite.records.incident import Incident
from suite.records.observation import Observation
from suite.report.site.svg import WIDTH
from suite.report.site.timeline import observed_timelines, timeline


def test_a_timeline_shows_when_something_was_made_to_fail():
    shown = {"second": tuple(map(float, range(10))), "memory": tuple(map(float, range(10)))}
    on = Incident("Partition", "a & b", 2.0, began=2.0, ended=4.0)
    others = (replace(on, round=1), replace(on, began=None), replace(on, began=8.0, ended=None))
    drawn = timeline([make_run(series=shown, incidents=(on, *others))], "memory")
    assert drawn is not None
    assert drawn.count('class="fault"') == 2
    assert "Partition of a &amp; b" in drawn
    boxes = [each.attrib for each in ElementTree.fromstring(drawn).iter() if each.get("class") == "fault"]
    assert all(float(box["x"]) + float(box["width"]) <= WIDTH for box in boxes)
    assert float(boxes[0]["width"]) == pytest.approx(2 * float(boxes[1]["width"]), rel=0.01)


SAID = Observation(
    "/metrics",
    (-1.0, 1.0, 3.0, 5.0, 7.0),
    {
        "breaker_opened_total": (0.0, 0.0, 0.0, 4.0, 4.0),
        "requests_total": (0.0, 9.0, 18.0, 18.0, 27.0),
        "pool_checked_out": (0.0, 2.0, None, 5.0, 1.0),
        "pool_size": (5.0,) * 5,
    },
    counters=("breaker_opened_total", "requests_total"),
)
CUT = Incident("Partition", "pms", 3.5, began=3.5, ended=4.5)


def test_what_a_fault_roused_and_how_full_pools_were_is_drawn_on_the_axis_of_the_fault():
    drawn = dict(observed_timelines([make_run(observed=(SAID,), incidents=(CUT,))]))
    assert list(drawn) == ["breaker_opened_total, further per second", "pool_checked_out"]
    opened = drawn["breaker_opened_total, further per second"]
    assert opened is not None
    assert 'class="fault"' in opened
    assert "<title>2\nat 5 s</title>" in opened, "four in two seconds"
    assert drawn["pool_checked_out"].count("<title>") == 4


def test_without_a_fault_it_is_pools_alone_and_older_runs_may_lack_them():
    new, old = make_run(observed=(SAID,)), make_run()
    assert [words for words, _ in observed_timelines([new, old])] == ["pool_checked_out"]
    assert not list(observed_timelines([old, new]))
    assert not list(observed_timelines([]))
