"""What makes a pynetdicom acceptor quick: no Nagle, large reads, and waiting instead of polling.

As packaged its two threads per association look for work once a millisecond, which costs a file three
such naps, and each look costs CPU. Here they sleep until there is something to do.
"""

from __future__ import annotations

import contextlib
import os
import queue
import select
import socket
from collections.abc import Callable
from types import MethodType
from typing import Any

_NAP = 0.25  # s: how long the association may take to notice what wakes nobody, such as its end
_MESSAGE_NAP = 0.1


def tune(event: Any) -> None:
    """Handle EVT_CONN_OPEN. Threads never hold up an exit."""
    association = event.assoc
    association.daemon = True
    association.dul.daemon = True
    wrapped = association.dul.socket
    wrapped.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    wrapped.recv = MethodType(_receive, wrapped)
    _wait_for_work(association)


def untune(event: Any) -> None:
    """Handle EVT_CONN_CLOSE."""
    event.assoc.suite_waker.close()


def before_release(association: Any, act: Callable[[], None]) -> None:
    """Call `act` before the peer is told that its release is granted: it may come again at once."""
    release = association.acse.send_release

    def send_release(*arguments: Any, **named: Any) -> None:
        act()
        release(*arguments, **named)

    association.acse.send_release = send_release


class _Waker:
    """Wakes a thread that sleeps in select."""

    def __init__(self) -> None:
        self.descriptor = os.eventfd(0, os.EFD_NONBLOCK | os.EFD_CLOEXEC)

    def wake(self) -> None:
        with contextlib.suppress(OSError):
            os.eventfd_write(self.descriptor, 1)

    def wait(self, other: socket.socket | None) -> None:
        """Sleep until woken or until `other` can be read, a nap at most."""
        sources = [source for source in (other, self.descriptor) if source is not None]
        with contextlib.suppress(OSError, ValueError):  # closed meanwhile
            ready, _, _ = select.select(sources, [], [], _NAP)
            if self.descriptor in ready:
                os.eventfd_read(self.descriptor)

    def close(self) -> None:
        descriptor, self.descriptor = self.descriptor, -1
        with contextlib.suppress(OSError):
            os.close(descriptor)


def _wait_for_work(association: Any) -> None:
    """Have the network thread sleep until bytes or a response come, the other one until a message does."""
    network, messages = association.dul, association.dimse.msg_queue
    waker = association.suite_waker = _Waker()
    send, look = network.send_pdu, network._is_transport_event
    put = network.to_user_queue.put

    def put_and_wake(primitive: Any, *arguments: Any) -> None:
        put(primitive, *arguments)
        messages.put((None, None))  # a release or an abort: who waits for a message looks for one then

    def send_pdu(primitive: Any) -> None:
        send(primitive)
        waker.wake()

    def is_transport_event() -> bool:
        if network.to_provider_queue.empty() and network.event_queue.empty():
            waker.wait(network.socket.socket if network.socket else None)
        return bool(look())

    def get_msg(block: bool = False) -> Any:
        with contextlib.suppress(queue.Empty):
            return messages.get(timeout=association.dimse_timeout if block else _MESSAGE_NAP)
        return None, None

    network.send_pdu, network._is_transport_event = send_pdu, is_transport_event
    network.to_user_queue.put = put_and_wake
    network._run_loop_delay = 0
    association.dimse.get_msg = get_msg


def _receive(self: Any, size: int) -> bytearray:
    """Read `size` bytes into one buffer, where pynetdicom's own recv reads 4 KiB at a time.

    Returns fewer bytes if the peer closed. Raises OSError.
    """
    buffer = bytearray(size)
    view = memoryview(buffer)
    have = 0
    while have < size:
        read = self.socket.recv_into(view[have:])
        if not read:
            view.release()
            del buffer[have:]
            return buffer
        have += read
    return buffer
