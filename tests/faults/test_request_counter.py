"""Requests are counted where they begin, however the bytes are cut."""

import pytest

from suite.faults.request_counter import RequestCounter

GET = b"GET /a HTTP/1.1\r\nhost: x\r\n\r\n"
POST = b"POST /long/path HTTP/1.1\r\nhost: x\r\ncontent-length: 3\r\n\r\nGET"


@pytest.mark.parametrize("size", [1, 2, 7, 1000])
def test_each_request_counts_once_however_it_is_cut(size):
    whole = GET + POST + GET
    counter = RequestCounter()
    assert sum(counter.feed(whole[at : at + size]) for at in range(0, len(whole), size)) == 3


def test_it_is_counted_before_all_of_it_is_there():
    counter = RequestCounter()
    assert [counter.feed(POST[:12]), counter.feed(POST[12:]), counter.feed(GET[:10])] == [1, 0, 1]


@pytest.mark.parametrize("data", [bytes(100), b"\x16\x03\x01\x02\x00", b"PING\r\n", b"*1\r\n$4\r\nPING\r\n"])
def test_another_protocol_has_no_requests(data):
    counter = RequestCounter()
    assert [counter.feed(data), counter.feed(GET)] == [0, 0]


def test_what_follows_an_upgrade_has_none():
    upgrade = b"GET /chat HTTP/1.1\r\nhost: x\r\nconnection: upgrade\r\nupgrade: websocket\r\n\r\n"
    counter = RequestCounter()
    assert [counter.feed(upgrade), counter.feed(GET)] == [1, 0]
