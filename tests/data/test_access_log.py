"""Lines of access logs of all kinds, and what is none."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.access_logs import BEGIN, combined

from suite.data.access_log import Line, LogReader

COMMON = b'127.0.0.1 - frank [10/Oct/2000:13:55:36 -0700] "GET /apache_pb.gif HTTP/1.0" 200 2326'
AT = 971_211_336.0


def read(line, took=None):
    return LogReader(took).read(line if isinstance(line, bytes) else line.encode())


def test_a_common_line():
    assert read(COMMON) == Line(AT, True, 0.0, b"127.0.0.1", b"", b"GET", b"/apache_pb.gif", 200)


def test_a_combined_line_with_its_request_time():
    line = read(combined(0, request="HEAD /a?b=1 HTTP/2.0", took=0.25, agent="Mozilla/5.0 (X11)", zone=2))
    assert line == Line(BEGIN, True, 0.25, b"10.0.0.1", b"Mozilla/5.0 (X11)", b"HEAD", b"/a?b=1", 200)


@pytest.mark.parametrize(
    ("rest", "took", "seconds"),
    [
        (b" 0.005", None, 0.005),
        (b' "-" 0.005', None, 0.005),
        (b" rt=0.120 uct=0.001", None, 0.12),
        (b" 5000", None, 0.0),
        (b" 5000", "us", 0.005),
        (b" 2", "s", 2.0),
        (b' "-"', "ms", 0.0),
        (b" " + b"9" * 400 + b".5", None, 0.0),
        (b" " + b"9" * 400, "us", 0.0),
        (b" " + b"9" * 5000, "us", 0.0),
    ],
)
def test_a_request_time_without_a_point_needs_its_unit(rest, took, seconds):
    assert read(COMMON + b' "-" "-"' + rest, took).took == pytest.approx(seconds)


@pytest.mark.parametrize(
    ("client", "found"),
    [
        (b"::1", b"::1"),
        (b"2001:db8::17", b"2001:db8::17"),
        (b"fe80::1%eth0", b"fe80::1%eth0"),
        (b"shop.example:443 10.1.2.3", b"10.1.2.3"),
        (b"shop.example:443 2001:db8::17", b"2001:db8::17"),
        (b"host.example", b"host.example"),
    ],
)
def test_whose_it_is(client, found):
    assert read(COMMON.replace(b"127.0.0.1", client)).client == found


@pytest.mark.parametrize(
    ("request_line", "asked"),
    [
        (rb"GET http://shop.example:80/a?b HTTP/1.1", (b"GET", b"/a?b")),
        (rb"GET http://shop.example HTTP/1.1", (b"GET", b"/")),
        (rb"GET /a\"b\x22\xc3\xa9 HTTP/1.1", (b"GET", b'/a"b"%C3%A9')),
        (rb"GET /two words HTTP/1.1", (b"GET", b"/two%20words")),
        (rb"GET /old", (b"GET", b"/old")),
        (rb"GET /a#b HTTP/1.1", (b"GET", b"/a")),
        (rb"M-SEARCH /x HTTP/1.1", (b"M-SEARCH", b"/x")),
    ],
)
def test_what_was_asked(request_line, asked):
    line = read(COMMON.replace(b"GET /apache_pb.gif HTTP/1.0", request_line))
    assert (line.method, line.target) == asked


@pytest.mark.parametrize(
    "request_line",
    [
        b"-",
        b"",
        rb"\x16\x03\x01\x02",
        b"OPTIONS * HTTP/1.1",
        b"CONNECT shop.example:443 HTTP/1.1",
        b"get / HTTP/1.1",
    ],
)
def test_what_could_not_be_sent_again_is_no_request(request_line):
    assert read(COMMON.replace(b"GET /apache_pb.gif HTTP/1.0", request_line)) == "no_request"


@pytest.mark.parametrize(
    "line",
    [b"rubbish", b"\x00\xff\x00", b"{not json", b"[1]", b"{}", b'{"time": "yesterday", "uri": "/"}',
     b'{"a":' + b"[" * 60_000, COMMON.replace(b"Oct", b"Okt"),
     COMMON.replace(b"10/Oct", b"41/Oct"), COMMON.replace(b" 200 ", b" x ")],
)  # fmt: skip
def test_what_has_no_such_form_is_unreadable(line):
    assert read(line) == "unreadable"


@pytest.mark.parametrize(
    ("stamp", "at"),
    [
        (b"10/Oct/2000:22:55:36 +0200", AT),
        (b"10/Oct/2000:20:55:36.250 +0000", AT + 0.25),
        (b"2000-10-10T20:55:36Z", AT),
        (b"2000-10-10T22:55:36.500000123+02:00", AT + 0.5),
        (b"2000-10-10 20:55:36,500+00:00", AT + 0.5),
        (b"10/Oct/2000:20:55:60 +0000", AT + 23),
    ],
)
def test_times_of_all_zones(stamp, at):
    assert read(COMMON.replace(b"10/Oct/2000:13:55:36 -0700", stamp)).stamp == pytest.approx(at)


@pytest.mark.parametrize(
    ("line", "found"),
    [
        (  # nginx
            '{"time_iso8601":"2000-10-10T20:55:36+00:00","remote_addr":"1.2.3.4","request":"GET /a HTTP/1.1",'
            '"status":"200","request_time":"0.020","http_user_agent":"x"}',
            Line(AT, True, 0.02, b"1.2.3.4", b"x", b"GET", b"/a", 200),
        ),
        (  # Caddy
            '{"ts":971211336.5,"request":{"remote_ip":"1.2.3.4","method":"GET","uri":"/a","headers":'
            '{"User-Agent":["x"]}},"duration":0.5,"status":200}',
            Line(AT + 0.5, False, 0.5, b"1.2.3.4", b"x", b"GET", b"/a", 200),
        ),
        (  # Traefik, which says when a request came
            '{"StartUTC":"2000-10-10T20:55:36.5Z","time":"2000-10-10T20:55:39Z","ClientHost":"1.2.3.4",'
            '"RequestMethod":"GET","RequestPath":"/a","Duration":2000000,"DownstreamStatus":404}',
            Line(AT + 0.5, False, 0.002, b"1.2.3.4", b"", b"GET", b"/a", 404, True),
        ),
        (
            '{"timestamp":971211336500,"ip":"::1","method":"POST","url":"http://h/a","code":201}',
            Line(AT + 0.5, False, 0.0, b"::1", b"", b"POST", b"/a", 201),
        ),
    ],
)
def test_json_of_several_servers(line, found):
    assert read(line) == found


def test_a_fraction_behind_a_comma_is_a_fraction():
    assert not read(COMMON.replace(b"10/Oct/2000:13:55:36 -0700", b"2000-10-10 20:55:36,250Z")).whole


@pytest.mark.parametrize("name", ["request_time", "status", "time"])
def test_numbers_that_are_none_of_this_world_break_nothing(name):
    said = {"time": AT, "method": "GET", "uri": "/", "status": 200, name: 10**400}
    found = read(json.dumps(said))
    assert found == "unreadable" if name == "time" else (found.stamp, found.took) == (AT, 0.0)


@given(st.binary(max_size=200))
def test_no_bytes_break_it(line):
    found = read(line)
    assert found in ("unreadable", "no_request") or isinstance(found, Line)


@given(st.text(max_size=60), st.text(max_size=60))
def test_what_it_takes_can_be_sent(target, agent):
    """A target has neither spaces nor line ends, whatever stood in the log."""
    line = read(combined(0, request=f"GET /{target} HTTP/1.1", agent=agent))
    if isinstance(line, Line):
        assert line.target.isascii()
        assert line.target.decode().isprintable()
        assert b" " not in line.target
