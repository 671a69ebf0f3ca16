"""What the proxy for faults costs, and how punctual it is: prints it. Wants a machine that does nothing else.

python tests/studies/proxy_cost.py
"""

from __future__ import annotations

import os
import socket
import statistics
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from pathlib import Path

import multiprocess

from suite.faults import Partition
from suite.faults.proxy import FaultProxy
from suite.faults.proxy_process import PlannedFault

MESSAGES, TURNS = 5_000, 5
BULK = 512 << 20
FAULTS, EACH = 20, 50_000_000


def serve(port: int, answer: Callable[[socket.socket], None]) -> None:
    with socket.create_server(("127.0.0.1", port), backlog=64) as server:
        while True:
            connection, _ = server.accept()
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            threading.Thread(target=answer, args=(connection,), daemon=True).start()


def echo(connection: socket.socket) -> None:
    while data := connection.recv(65536):
        connection.sendall(data)


def swallow(connection: socket.socket) -> None:
    room = bytearray(1 << 20)
    while connection.recv_into(room):
        pass
    connection.sendall(b"x")
    connection.close()


def started(answer: Callable[[socket.socket], None]) -> int:
    """The port of a process that answers so."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port: int = free.getsockname()[1]
    multiprocess.get_context("fork").Process(target=serve, args=(port, answer), daemon=True).start()
    while True:
        try:
            socket.create_connection(("127.0.0.1", port)).close()
            return port
        except OSError:
            time.sleep(0.01)


def round_trips(port: int) -> list[float]:
    """Seconds of each of many small round trips."""
    times = []
    with socket.create_connection(("127.0.0.1", port)) as connection:
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        for _ in range(MESSAGES):
            begun = time.perf_counter()
            connection.sendall(b"x" * 100)
            connection.recv(1000)
            times.append(time.perf_counter() - begun)
    return times


def speed(port: int) -> float:
    """Bytes a second in one direction."""
    block = bytes(1 << 20)
    with socket.create_connection(("127.0.0.1", port)) as connection:
        begun = time.perf_counter()
        for _ in range(BULK >> 20):
            connection.sendall(block)
        connection.shutdown(socket.SHUT_WR)
        connection.recv(1)
        return BULK / (time.perf_counter() - begun)


def cpu(pid: int) -> float:
    """Seconds of CPU that a process had."""
    return int(Path(f"/proc/{pid}/schedstat").read_text().split()[0]) * 1e-9


def said(what: str, values: list[float], unit: str) -> None:
    """Print the middle of some values, and their ends."""
    ends = f"{min(values):.2f} to {max(values):.2f} {unit}".rstrip()
    sys.stdout.write(f"{what}: {statistics.median(values):.2f} ({ends})\n")


def main() -> None:
    direct, direct_bulk = started(echo), started(swallow)
    with tempfile.TemporaryDirectory() as folder:
        proxy = FaultProxy(Path(folder), seed=1)
        through = proxy.open("echo", "127.0.0.1", direct)
        bulk = proxy.open("bulk", "127.0.0.1", direct_bulk)
        costs, added, shares = [], [], []
        for _ in range(TURNS):
            plain = statistics.median(round_trips(direct))
            before = cpu(proxy.child.pid)
            added.append(statistics.median(round_trips(through)) - plain)
            costs.append((cpu(proxy.child.pid) - before) / (2 * MESSAGES))
            shares.append(speed(bulk) / speed(direct_bulk))
        said("CPU of a small message", [one * 1e6 for one in costs], "µs")
        said("added to a round trip's p50", [one * 1e6 for one in added], "µs")
        said("bulk, share of a direct connection's", shares, "")
        zero = time.monotonic_ns() + EACH
        planned = [
            PlannedFault(n, Partition("echo"), zero + 2 * n * EACH, zero + (2 * n + 1) * EACH, 0.0)
            for n in range(FAULTS)
        ]
        proxy.plan(planned)
        time.sleep((2 * FAULTS + 2) * EACH * 1e-9)
        late = [
            moment - due
            for stamp, plan in zip(proxy.lift(), planned, strict=True)
            for moment, due in ((stamp.began, plan.begins), (stamp.ended, plan.ends or 0))
        ]
        said(f"begin and end of {FAULTS} partitions, after their time", [one * 1e-6 for one in late], "ms")
        proxy.stop()
    sys.stdout.write(f"load of the machine: {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores\n")


if __name__ == "__main__":
    main()
