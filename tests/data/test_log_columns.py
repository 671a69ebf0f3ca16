"""A log as columns: read once, in the order of starts, by session; what can't be read is counted."""

import gzip
import random

import numpy as np
import pytest
from support.access_logs import combined, exact

from suite.contract.replay import Replay
from suite.data.log_columns import read, spread
from suite.errors import ConfigurationError


def enough(_size):
    return True


@pytest.fixture
def logged(tmp_path):
    def written(*lines, name="access.log", **how):
        path = tmp_path / name
        text = "".join(lines).encode()
        path.write_bytes(gzip.compress(text) if name.endswith(".gz") else text)
        return read(Replay(str(path), **how), enough)

    return written


def requests(log):
    log.requests.file.seek(0)
    text = log.requests.file.read()
    return [text[at:].split(b"\n")[0].decode() for at in log.at.tolist()]


def test_starts_are_stamps_less_the_request_time(logged):
    log = logged(exact(5.0, target="/late", request_time=0.5), exact(5.2, target="/slow", request_time=3.0))
    assert requests(log) == ["GET /slow", "GET /late"]
    assert log.start == pytest.approx([0.0, 2.3], abs=1e-5)


def test_a_stamp_of_the_start_is_left_as_it_is(logged):
    log = logged(exact(5.0, request_time=0.5), exact(5.2, request_time=3.0), stamp="start")
    assert log.start == pytest.approx([0.0, 0.2], abs=1e-5)


def test_whole_seconds_are_spread_and_stay_in_their_second_and_order(logged):
    log = logged(
        *(combined(second, request=f"GET /{second}/{i} HTTP/1.1") for second in (0, 3) for i in range(50))
    )
    assert requests(log) == [f"GET /{second}/{i}" for second in (0, 3) for i in range(50)]
    assert np.array_equal(np.floor(log.start), [0] * 50 + [3] * 50)
    assert len(np.unique(log.start)) == 100
    assert log.summary.whole
    assert log.summary.seconds == 4.0


def test_spread_moments_are_those_of_independent_arrivals():
    """Gaps of a log that was cut to whole seconds keep their quantiles, but for chance."""
    starts = np.cumsum(np.random.default_rng(5).exponential(1 / 200, 200_000))
    found = spread(np.floor(starts))
    quantiles = np.arange(0.1, 1.0, 0.1)
    before, after = (np.quantile(np.diff(one), quantiles) for one in (starts, found))
    assert after == pytest.approx(before, rel=0.02)
    assert np.array_equal(spread(np.floor(starts)), found)


def test_lines_left_out_are_counted_by_reason(logged):
    log = logged(
        *(exact(i) for i in range(8)), "rubbish\n", "\n", exact(1, method="POST"), exact(1, target="*"),
        exact(2, target="/" + "x" * 70_000),
    )  # fmt: skip
    assert log.summary.lines == 13
    assert log.summary.used == 8
    assert log.summary.skipped == {"unreadable": 1, "empty": 1, "method": 1, "no_request": 1, "too_long": 1}
    assert log.summary.example == "rubbish"


ASKED = "10.0.0.1 GET /login?password=Zq7vK2mXw9Lp4T&next=/ Authorization: Bearer Xw9Lp4TZq7vK2m " + "x" * 200


def test_a_line_that_can_not_be_read_is_shown_without_the_passwords_in_it(logged):
    told = logged(exact(0), exact(1), f"{ASKED}\n").summary.example
    with pytest.raises(ConfigurationError, match="is no access log that can be read") as caught:
        logged(f"{ASKED}\n")
    for said in (told, str(caught.value)):
        assert "GET /login?password=***" in said
        assert not any(secret in said for secret in ("Zq7vK2", "Xw9Lp4"))
        assert "x" * 120 not in said


def test_operations_choose_lines_and_name_them(logged):
    log = logged(
        exact(0, target="/items/7?x=1"), exact(1, "::1", "POST", "/orders"), exact(2, method="POST"),
        exact(3, method="DELETE", target="/items/7"), exact(4, target="/about"),
        operations=(("/items/*", "browse"), ("POST /orders", "buy"), ("DELETE *", "remove")),
    )  # fmt: skip
    assert log.operation.tolist() == [0, 1, 2]
    assert log.summary.skipped == {"unmapped": 2}


def test_gzip_is_seen_by_its_bytes(logged):
    plain, packed = (logged(exact(0), exact(1), name=name) for name in ("a.log", "b.log.gz"))
    assert packed.summary == plain.summary


def test_a_clock_that_goes_back_is_counted_and_lines_are_sorted(logged):
    log = logged(*(exact(at, target=f"/{at}") for at in (0, 10, 4, 5, 11)))
    assert requests(log) == ["GET /0", "GET /4", "GET /5", "GET /10", "GET /11"]
    assert log.summary.back == 2


def test_a_client_is_an_address_an_address_with_its_agent_or_a_line(logged):
    lines = [combined(0, "::1", agent=agent) for agent in ("a", "b", "a")]
    counts = {how: logged(*lines, client=how).summary.clients for how in ("address", "agent", "line")}
    assert counts == {"address": 1, "agent": 2, "line": 3}


def test_a_log_of_one_line_and_of_one_second(logged):
    assert logged(exact(3)).summary.seconds == 1.0
    assert logged(combined(3), combined(3)).summary.seconds == 1.0


def test_the_log_is_read_once_whatever_the_speed(tmp_path):
    path = tmp_path / "access.log"
    path.write_text(exact(0) + exact(1))
    first = read(Replay(str(path)), enough)
    assert read(Replay(str(path), speed=3.0, begin="peak"), enough) is first
    path.write_text(exact(0) + exact(1) + exact(2))
    assert read(Replay(str(path)), enough).summary.used == 3


def test_requests_are_written_once(logged):
    log = logged(*(exact(i, target=random.choice(["/a", "/b"])) for i in range(100)))
    log.requests.file.seek(0)
    assert len(log.requests.file.read()) == len(b"GET /a\nGET /b\n")


@pytest.mark.parametrize(
    ("lines", "said"),
    [
        ([], "is empty: there is nothing to replay"),
        (["\n\n"], "is empty: there is nothing to replay"),
        ([exact(0), "one\n", "two\n"], "2 of 3 lines are neither common, combined nor JSON.*'one'"),
        ([exact(0, method="POST")], r"has no line to replay \(1 method\): GET and HEAD only"),
    ],
)
def test_a_log_that_can_not_be_replayed(logged, lines, said):
    with pytest.raises(ConfigurationError, match=said):
        logged(*lines)


def test_a_small_file_of_very_many_requests_takes_no_more_memory_than_there_is(tmp_path):
    """10 MB of gzip came to 6 GB."""
    path = tmp_path / "access.log.gz"
    line = b'1.2.3.4 - - [01/Jan/2026:00:00:00 +0000] "GET / HTTP/1.1" 200 5\n'
    path.write_bytes(gzip.compress(line * 600_000))
    asked = []

    def some(size):
        asked.append(size)
        return size < 40_000_000

    says = r"access.log.gz has more requests than memory has room for: 262,144 by line 262,145; replay a part"
    with pytest.raises(ConfigurationError, match=says):
        read(Replay(str(path)), some)
    assert asked == [80 << 18, 160 << 18]
