"""Lines: one call each, whoever asks at the same time."""

from concurrent.futures import ThreadPoolExecutor

import psycopg
import pytest


@pytest.fixture
def calls(agent):
    """Six that have started; they end after the test."""
    paths = [f"/calls/{agent('POST', '/calls', {'caller': 'x'}).body['id']}" for _ in range(6)]
    for path in paths:
        agent("POST", f"{path}/events", {"number": 1, "kind": "started"})
    yield paths
    for path in paths:
        number = agent("GET", path).body["events"] + 1
        agent("POST", f"{path}/events", {"number": number, "kind": "ended"})


def at_once(agent, calls, path, content=None):
    with ThreadPoolExecutor(len(calls)) as threads:
        return list(threads.map(lambda call: agent("POST", call + path, content), calls))


def test_calls_that_are_routed_at_once_have_a_desk_each(agent, calls):
    lines = [answer.body["line"] for answer in at_once(agent, calls, "/route")]
    assert len(set(lines)) == len(calls)
    assert all(line.startswith("desk-") for line in lines)
    again = agent("POST", f"{calls[0]}/route")
    assert (again.status, again.body["error"]) == (409, "routed")


def test_of_calls_that_are_transferred_to_one_room_at_once_one_gets_it(agent, calls):
    answers = at_once(agent, calls, "/transfer", {"line": "room-110"})
    assert sorted(answer.status for answer in answers) == [200, *[409] * 5]
    assert {answer.body["error"] for answer in answers if answer.status == 409} == {"line_busy"}


def test_a_transferred_call_gives_its_desk_back_and_an_ended_one_its_room(agent, calls):
    one, other = calls[:2]
    desk = agent("POST", f"{one}/route").body["line"]
    assert agent("POST", f"{one}/transfer", {"line": "room-111"}).body["line"] == "room-111"
    assert agent("POST", f"{other}/transfer", {"line": desk}).status == 200
    assert agent("POST", f"{other}/transfer", {"line": "room-111"}).body["error"] == "line_busy"
    number = agent("GET", one).body["events"] + 1
    agent("POST", f"{one}/events", {"number": number, "kind": "ended"})
    assert agent("GET", one).body["line"] is None
    assert agent("POST", f"{other}/transfer", {"line": "room-111"}).status == 200


@pytest.mark.parametrize("line", ["room-9999", "desk-0", "nowhere"])
def test_there_is_no_transfer_to_a_line_that_is_not_there(agent, calls, line):
    before = agent("GET", calls[0]).body
    answer = agent("POST", f"{calls[0]}/transfer", {"line": line})
    assert (answer.status, answer.body["message"]) == (404, f"there is no line {line}")
    assert agent("GET", calls[0]).body == before


def test_a_call_that_has_not_started_is_not_transferred(agent):
    key = agent("POST", "/calls", {"caller": "x"}).body["id"]
    answer = agent("POST", f"/calls/{key}/transfer", {"line": "room-112"})
    assert (answer.status, answer.body["error"]) == (409, "wrong_state")


def test_that_no_desk_is_free_is_told(hotel, agent, calls):
    with psycopg.connect(hotel.beside["database"].url, autocommit=True) as connection:
        taken = (
            "update lines set call_id = (select max(id) from calls) where kind = 'desk' and call_id is null"
        )
        connection.execute(taken)
        answer = agent("POST", f"{calls[0]}/route")
        connection.execute("update lines set call_id = null where kind = 'desk'")
    assert (answer.status, answer.body["error"]) == (503, "desks_busy")
    assert answer.headers["Retry-After"] == "1"
    assert agent("POST", f"{calls[0]}/route").status == 200
