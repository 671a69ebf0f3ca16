"""A Run second by second, as the site draws it."""

from dataclasses import replace
from xml.etree import ElementTree

import pytest
from support.runs import make_run

from suite.records.incident import Incident
from suite.records.observation import Observation
from suite.report.charts.svg import WIDTH
from suite.report.charts.timeline import observed_timelines, timeline, together


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


def test_several_series_of_a_run_share_a_drawing_those_of_nothing_are_left_out():
    shown = {"second": (0.0, 1.0, 2.0, 3.0), "completed": (9.0,) * 4, "failed": (0.0, 2.0, 0.0, 0.0)}
    run = make_run(series={**shown, "rejected": (0.0,) * 4})
    drawing, names = together(run, ("completed", "failed", "rejected", "retries"), "rates")
    assert names == ["completed", "failed"]
    assert drawing.count('class="curve') == 2
    assert together(make_run(series={}), ("completed",), "rates") is None


def test_what_never_happened_is_not_drawn():
    nothing = make_run(series={"second": (0.0, 1.0, 2.0), "failed": (0.0,) * 3, "completed": (0.0,) * 3})
    assert timeline([nothing], "failed") is None
    assert timeline([nothing], "completed") is not None


def test_a_long_round_keeps_its_spike_and_few_marks():
    values = tuple(5e9 if second == 1234 else 1e6 for second in range(3600))
    drawn = timeline(
        [make_run(series={"second": tuple(map(float, range(3600))), "memory": values})], "memory"
    )
    assert drawn.count("<circle") < 150
    assert "5 GB" in drawn
    assert len(drawn) < 60_000


def test_faults_that_follow_each_other_closely_are_named_where_there_is_room():
    faults = tuple(
        Incident("slow", "db", float(at), began=float(at), ended=at + 3.0) for at in range(0, 3600, 10)
    )
    shown = {"second": tuple(map(float, range(3600))), "memory": (1e6,) * 3600}
    drawn = timeline([make_run(series=shown, incidents=faults)], "memory")
    assert 1 < drawn.count("slow of db") < 20
    assert drawn.count('class="fault"') == 100


def test_pauses_of_the_collector_are_ticks_at_the_foot():
    shown = {"second": (0.0, 1.0, 2.0), "memory": (1e6,) * 3, "pause": (0.0, 0.012, None)}
    drawn = timeline([make_run(series=shown)], "memory")
    assert drawn.count('class="pause"') == 1
    assert "the garbage collector stopped it for 12 ms\nat 1 s" in drawn
