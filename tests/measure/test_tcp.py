"""Counters of TCP over a round."""

import socket

from suite.measure import tcp
from suite.measure.tcp import TcpUsage, TcpWatch

COUNTED = ("overflows", "syns", "timeouts", "resets", "delayed_acks")


def test_a_full_listen_backlog_is_counted():
    watch = TcpWatch(list)
    watch.look()
    with socket.create_server(("127.0.0.1", 0), backlog=0) as server:
        held = [socket.socket() for _ in range(4)]
        for one in held:
            one.setblocking(False)
            one.connect_ex(server.getsockname())
        watch.look()
        for one in held:
            one.close()
    found = watch.since()
    assert found is not None
    assert found.overflows > 0


def test_only_what_came_since_the_first_look_counts(monkeypatch):
    looks = iter([dict.fromkeys(COUNTED, n) for n in (5, 7, 9)] + [{}])
    monkeypatch.setattr(tcp, "_counters", lambda pid: next(looks))
    watch = TcpWatch(lambda: [12])
    assert watch.since() is None
    for _ in range(4):  # the process is gone at the last one
        watch.look()
    assert watch.since() == TcpUsage(4, 4, 4, 4, 4)


def test_what_came_before_counts_no_more_when_it_is_forgotten(monkeypatch):
    """A window of a soak was told the SYNs that were sent again hours before."""
    looks = iter([dict.fromkeys(COUNTED, n) for n in (5, 7, 9)])
    monkeypatch.setattr(tcp, "_counters", lambda pid: next(looks))
    watch = TcpWatch(lambda: [12])
    watch.look()
    watch.look()
    watch.forget()
    assert watch.since() == TcpUsage(0, 0, 0, 0, 0)
    watch.look()
    assert watch.since() == TcpUsage(2, 2, 2, 2, 2)


def test_what_can_not_be_read_is_none():
    watch = TcpWatch(lambda: [2**22 + 1])
    watch.look()
    assert watch.since() is None
