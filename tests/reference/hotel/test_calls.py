"""Calls and their events: each once, in order; whatever else comes has a clear answer."""

from concurrent.futures import ThreadPoolExecutor

import pytest


def event(agent, call, number, kind):
    answer = agent("POST", f"{call}/events", {"number": number, "kind": kind})
    return answer.status, answer.body.get("error", answer.body.get("state"))


def test_a_call_is_led_from_event_to_event(agent, call):
    assert agent("GET", call).body["state"] == "talking"
    assert event(agent, call, 3, "held") == (201, "held")
    assert event(agent, call, 4, "resumed") == (201, "talking")
    assert event(agent, call, 5, "ended") == (201, "ended")
    assert agent("GET", call).body["events"] == 5


@pytest.mark.parametrize(
    ("number", "kind", "error"),
    [(2, "answered", "double_event"), (1, "ended", "double_event"), (5, "held", "event_missing"),
     (3, "started", "wrong_state")],
)  # fmt: skip
def test_an_event_that_can_not_be_is_refused_and_changes_nothing(agent, call, number, kind, error):
    before = agent("GET", call).body
    assert event(agent, call, number, kind) == (409, error)
    assert agent("GET", call).body == before


def test_of_one_event_told_many_times_at_once_one_counts(agent, call):
    with ThreadPoolExecutor(8) as threads:
        found = sorted(threads.map(lambda _: event(agent, call, 3, "held"), range(8)))
    assert found == [(201, "held"), *[(409, "double_event")] * 7]


def test_nothing_happens_any_more_in_a_call_that_has_ended(agent, call):
    assert event(agent, call, 3, "ended") == (201, "ended")
    assert event(agent, call, 4, "started") == (409, "ended")
    assert agent("POST", f"{call}/route").body["error"] == "ended"
    assert agent("POST", f"{call}/transfer", {"line": "room-101"}).body["error"] == "ended"
    assert agent("POST", f"{call}/speech", {"text": "Good night"}).body["error"] == "ended"


@pytest.mark.parametrize(
    ("method", "path", "content", "status"),
    [
        ("GET", "/calls/2147483647", None, 404),
        ("POST", "/calls/2147483647/events", {"number": 1, "kind": "started"}, 404),
        ("POST", "/calls/2147483647/route", None, 404),
        ("POST", "/calls/2147483647/speech", {"text": "x"}, 404),
        ("GET", "/calls/99999999999999999999", None, 422),
        ("GET", "/calls/none", None, 422),
        ("POST", "/calls", {}, 422),
        ("POST", "/calls", {"caller": "a\0b"}, 422),
        ("POST", "/calls", {"caller": "x" * 41}, 422),
        ("POST", "/calls", {"caller": "x", "state": "ended"}, 422),
        ("POST", "/calls/1/events", {"number": 0, "kind": "started"}, 422),
        ("POST", "/calls/1/events", {"number": 1, "kind": "exploded"}, 422),
        ("DELETE", "/calls", None, 405),
    ],
)
def test_what_makes_no_sense_is_told(agent, method, path, content, status):
    answer = agent(method, path, content)
    assert answer.status == status, answer.body
    assert set(answer.body) == {"error", "message"}
