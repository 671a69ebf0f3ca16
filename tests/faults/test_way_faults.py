"""What each fault on a way does to the connections and the data that it meets, and to no others."""

import asyncio
import contextlib
import os
import time
from types import SimpleNamespace

import pytest
from support.proxied import asked, behind, soon
from support.scripted import run

from suite.faults import (
    Bandwidth,
    BlackHole,
    Every,
    First,
    Latency,
    Loss,
    Partition,
    Reset,
    Slice,
    SlowClose,
    TimeOut,
)
from suite.faults.way_fault import Piece


def test_latency_delays_a_round_trip_twice_and_ends():
    async def body():
        async with behind() as server:
            reader, writer = await server.connect()
            await asked(reader, writer)
            number = server.begin(Latency("system", delay="50ms"), 0.4)
            await soon(lambda: server.stamp(number).began)
            assert await asked(reader, writer) > 0.099
            assert await asked(*await server.connect()) > 0.099  # one that came later
            await soon(lambda: server.stamp(number).ended)
            assert min([await asked(reader, writer) for _ in range(5)]) < 0.1
            return server.stamp(number)

    stamp = run(body())
    assert stamp.struck == 2
    assert (stamp.ended - stamp.began) * 1e-9 + 0.002 >= 0.4


def test_latency_in_one_direction_only():
    async def body():
        async with behind() as server:
            reader, writer = await server.connect()
            server.begin(Latency("system", delay="50ms", way="from"))
            await asyncio.sleep(0.01)
            assert 0.049 < min([await asked(reader, writer) for _ in range(5)]) < 0.1

    run(body())


def test_jitter_varies_the_delay_and_keeps_the_order():
    async def body():
        async with behind() as server:
            reader, writer = await server.connect()
            server.begin(Latency("system", delay="10ms", jitter="10ms", way="to"))
            await asyncio.sleep(0.01)
            times = [await asked(reader, writer) for _ in range(20)]
            numbers = [b"%04d" % number for number in range(200)]
            for number in numbers:
                writer.write(number)
                await asyncio.sleep(0)
            assert await reader.readexactly(800) == b"".join(numbers)
            return times

    times = run(body())
    assert max(times) > 2 * min(times)


def test_latency_grows_over_its_ramp():
    async def body():
        async with behind() as server:
            reader, writer = await server.connect()
            await asked(reader, writer)
            server.begin(Latency("system", delay="100ms", way="to"), ramp=0.5)
            early = await asked(reader, writer)
            await asyncio.sleep(0.25)
            middle = await asked(reader, writer)
            await asyncio.sleep(0.25)
            return early, middle, await asked(reader, writer)

    early, middle, late = run(body())
    assert early < middle < late
    assert late >= 0.099


def test_a_partition_lets_nothing_through_and_then_everything():
    async def body():
        async with behind() as server:
            reader, writer = await server.connect()
            await asked(reader, writer)
            number = server.begin(Partition("system"), 0.3)
            await soon(lambda: server.stamp(number).began)
            late_reader, late_writer = await server.connect()
            late_writer.write(b"late")
            data = os.urandom(100_000)
            writer.write(data)
            begun = time.monotonic()
            assert await reader.readexactly(len(data)) == data
            assert await late_reader.readexactly(4) == b"late"
            stamp = server.stamp(number)
            assert stamp.ended
            assert time.monotonic_ns() > stamp.ended
            return time.monotonic() - begun, stamp

    waited, stamp = run(body())
    assert waited > 0.2
    assert stamp.struck == 2


@pytest.mark.parametrize("way", ["to", "from"])
def test_a_partition_of_one_direction(way):
    seen = []

    async def tells(reader, writer):
        while data := await reader.read(100):
            seen.append(data)
            writer.write(data)

    async def body():
        async with behind(tells) as server:
            reader, writer = await server.connect()
            await asked(reader, writer)
            number = server.begin(Partition("system", way=way), 0.2)
            await soon(lambda: server.stamp(number).began)
            writer.write(b"y")
            await asyncio.sleep(0.05)
            arrived = seen == [b"x", b"y"]
            assert await reader.readexactly(1) == b"y"
            assert server.stamp(number).ended
            return arrived

    assert run(body()) == (way == "from")


def test_a_connection_made_in_a_partition_reaches_nobody_before_its_end():
    came = []

    async def greets(_reader, writer):
        came.append(time.monotonic_ns())
        writer.write(b"welcome")

    async def body():
        async with behind(greets) as server:
            number = server.begin(Partition("system", way="to"), 0.2)
            await soon(lambda: server.stamp(number).began)
            reader, _ = await server.connect()
            assert await reader.read() == b"welcome"
            assert came[0] > server.stamp(number).ended

    run(body())


def test_a_reset_ends_connections_and_new_ones_as_long_as_it_lasts():
    async def body():
        async with behind() as server:
            reader, writer = await server.connect()
            await asked(reader, writer)
            number = server.begin(Reset("system"), 0.2)
            with pytest.raises(ConnectionResetError):
                await reader.read(1)
            with pytest.raises(ConnectionError):
                await asked(*await server.connect())
            await soon(lambda: server.stamp(number).ended)
            await asked(*await server.connect())
            return server.stamp(number).struck

    assert run(body()) == 2


def test_a_share_of_the_connections():
    async def body():
        async with behind(seed=3) as server:
            made = [await server.connect() for _ in range(60)]
            for pair in made:
                await asked(*pair)
            number = server.begin(Reset("system", share="30%"), 0.1)
            await soon(lambda: server.stamp(number).ended)
            ends = await asyncio.gather(*(asked(*pair) for pair in made), return_exceptions=True)
            return sum(isinstance(end, Exception) for end in ends), server.stamp(number).struck

    ended, struck = run(body())
    assert ended == struck
    assert 6 <= struck <= 32


def test_a_ramp_meets_ever_more_connections():
    async def body():
        async with behind() as server:
            for pair in [await server.connect() for _ in range(40)]:
                await asked(*pair)
            number = server.begin(Reset("system"), ramp=0.4)
            await asyncio.sleep(0.2)
            half = server.stamp(number).struck
            await asyncio.sleep(0.4)
            return half, server.stamp(number).struck

    half, whole = run(body())
    assert 0 < half < whole == 40


def test_lifting_ends_all_faults_and_lets_none_begin():
    async def body():
        async with behind() as server:
            reader, writer = await server.connect()
            await asked(reader, writer)
            first = server.begin(Partition("system"))
            second = server.begin(Reset("system"), 1, after=0.05)
            await soon(lambda: server.stamp(first).began)
            writer.write(b"x")
            stamps = server.ways.lift()
            assert await reader.readexactly(1) == b"x"
            await asyncio.sleep(0.1)
            assert await asked(reader, writer) < 1
            return {stamp.number: stamp for stamp in stamps}, first, second

    stamps, first, second = run(body())
    assert stamps[first].ended > stamps[first].began > 0
    assert stamps[second].began == stamps[second].ended == 0


def test_loss_stalls_some_answers_and_loses_nothing():
    async def body():
        async with behind() as server:
            reader, writer = await server.connect()
            server.begin(Loss("system", rate="30%", stall="25ms", way="to"))
            await asyncio.sleep(0.01)
            return [await asked(reader, writer) for _ in range(20)]

    times = run(body())
    stalled = [took for took in times if took > 0.024]
    assert 1 <= len(stalled) < 20
    assert min(times) < 0.024


def test_lost_again_takes_twice_as_long():
    draws = iter([0.0, 0.0, *[0.9] * 100])  # the first segment, twice
    lots = SimpleNamespace(random=lambda: next(draws))
    force = SimpleNamespace(random=lots, strength=lambda: 1.0)
    (piece,) = Loss("system", rate=0.5, stall=0.2).carry([Piece(1.0, b"x" * 3000, True)], force)
    assert piece.at == pytest.approx(1.0 + 0.2 + 0.4)


def test_bandwidth_is_shared_by_all_connections():
    async def body():
        async with behind() as server:
            pairs = [await server.connect() for _ in range(2)]
            server.begin(Bandwidth("system", rate="500kB/s", way="from"))
            await asyncio.sleep(0.01)
            return max(
                await asyncio.gather(*(asked(reader, writer, bytes(100_000)) for reader, writer in pairs))
            )

    assert run(body()) > 0.39  # 200,000 bytes at 500,000 a second


def test_sliced_data_comes_in_parts():
    async def body():
        async with behind() as server:
            reader, writer = await server.connect()
            server.begin(Slice("system", size=3, pause="5ms", way="from"))
            await asyncio.sleep(0.01)
            writer.write(b"0123456789")
            parts = []
            while len(b"".join(parts)) < 10:
                parts.append(await reader.read(100))
            return parts

    parts = run(body())
    assert parts[0] == b"012"
    assert len(parts) > 1
    assert b"".join(parts) == b"0123456789"


def test_slices_are_a_pause_apart():
    force = SimpleNamespace(strength=lambda: 1.0)
    parts = Slice("system", size=4, pause=0.5).carry([Piece(1.0, b"0123456789", True)], force)
    assert parts == [(1.0, b"0123", True), (1.5, b"4567", True), (2.0, b"89", True)]


def test_a_slow_close_is_heard_late():
    heard = []

    async def listens(reader, _writer):
        await reader.read()
        heard.append(time.monotonic())

    async def body():
        async with behind(listens) as server:
            _, writer = await server.connect()
            server.begin(SlowClose("system", delay="100ms"))
            await asyncio.sleep(0.01)
            closed = time.monotonic()
            writer.close()
            await soon(lambda: heard)
            return heard[0] - closed

    assert run(body()) > 0.099


def test_a_black_hole_swallows_and_resets_what_it_met_at_its_end():
    seen = []

    async def tells(reader, _writer):
        while data := await reader.read(100):
            seen.append(data)

    async def body():
        async with behind(tells) as server:
            reader, writer = await server.connect()
            await asyncio.sleep(0.02)
            number = server.begin(BlackHole("system"), 0.1)
            await soon(lambda: server.stamp(number).began)
            writer.write(b"gone")
            new, _ = await server.connect()
            for each in (reader, new):
                with pytest.raises(ConnectionResetError):
                    await each.read(1)
            assert server.stamp(number).ended

    run(body())
    assert seen == []


def test_a_time_out_closes_after_a_silence():
    async def body():
        async with behind() as server:
            reader, writer = await server.connect()
            await asked(reader, writer)
            number = server.begin(TimeOut("system", after="50ms"))
            await soon(lambda: server.stamp(number).began)
            writer.write(b"x")
            assert await reader.read() == b""
            return time.monotonic_ns() - server.stamp(number).began

    assert run(body()) > 48_000_000


async def web(reader, writer):
    """Answers each request with its path."""
    with contextlib.suppress(asyncio.IncompleteReadError):
        while head := await reader.readuntil(b"\r\n\r\n"):
            path = head.split()[1]
            writer.write(b"HTTP/1.1 200 OK\r\ncontent-length: %d\r\n\r\n%s" % (len(path), path))


async def get(pair, path):
    reader, writer = pair
    writer.write(b"GET %s HTTP/1.1\r\nhost: x\r\n\r\n" % path)
    await reader.readuntil(b"\r\n\r\n")
    assert await reader.readexactly(len(path)) == path


def test_the_first_requests_are_reset_and_no_others():
    async def body():
        async with behind(web, http=True) as server:
            await get(await server.connect(), b"/before")
            number = server.begin(Reset("system", requests=First(2)))
            await soon(lambda: server.stamp(number).began)
            ends = []
            for _ in range(5):
                try:
                    ends.append(await get(await server.connect(), b"/x"))
                except (ConnectionError, asyncio.IncompleteReadError):
                    ends.append("lost")
            return ends, server.stamp(number).struck

    assert run(body()) == (["lost", "lost", None, None, None], 2)


def test_every_third_request_is_late():
    async def body():
        async with behind(web, http=True) as server:
            reader, writer = await server.connect()
            number = server.begin(Latency("system", delay="60ms", way="to", requests=Every(3)))
            await soon(lambda: server.stamp(number).began)
            times = []
            for path in (b"/1", b"/2", b"/3", b"/4", b"/5", b"/6"):
                begun = time.monotonic()
                await get((reader, writer), path)
                times.append(time.monotonic() - begun)
            return times, server.stamp(number).struck

    times, struck = run(body())
    assert struck == 2
    assert min(times[2], times[5]) > 0.059
    assert sorted(times)[0] < 0.059


def test_what_is_not_http_has_no_requests():
    async def body():
        async with behind(http=True) as server:
            reader, writer = await server.connect()
            number = server.begin(Reset("system", requests=First(5)))
            await soon(lambda: server.stamp(number).began)
            for _ in range(3):
                await asked(reader, writer, bytes(1000))
            return server.stamp(number).struck

    assert run(body()) == 0
