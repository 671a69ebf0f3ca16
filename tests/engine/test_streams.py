"""A round of operations that stream, against what the server says of itself."""

import asyncio
import json
import time
from itertools import pairwise
from statistics import median

import numpy as np
import pytest

from suite import Metric, Server, Threshold, User, Workload, closed_loop, operation
from suite.clients import Http
from suite.config.settings import Settings
from suite.engine.coordinator import run

CHUNKS = 5
HEAD = b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ntransfer-encoding: chunked\r\n\r\n"


async def speaker(system):
    """Says five words, and when it said them; at "/silent" nothing, at "/stalled" one, "/cut" ends in one."""

    async def talk(reader, writer):
        while request := await reader.readline():
            asked = time.monotonic_ns()
            await reader.readuntil(b"\r\n\r\n")
            path = request.split()[1].decode()
            if path == "/silent":
                await asyncio.sleep(60)
            writer.write(HEAD)
            said = []
            for n in range(CHUNKS):
                await asyncio.sleep(0.02 if n else 0.04)
                event = b"data: word %d\n\n" % n
                said.append(time.monotonic_ns())
                writer.write(b"%x\r\n%b\r\n" % (len(event), event))
                if path == "/stalled":
                    await asyncio.sleep(60)
                if path == "/cut":
                    writer.write(b"99\r\ndata: wo")
                    writer.close()
                    return
            writer.write(b"0\r\n\r\n")
            if path == "/words":
                with (system.directory / "truth.jsonl").open("a") as truth:
                    truth.write(json.dumps([asked, *said]) + "\n")

    server = await asyncio.start_server(talk, system.host, system.port)
    async with server:
        await server.serve_forever()


class Listener(User):
    async def connect(self, system):
        self.http = await Http.connect(system.url)
        await self.hear("/")  # what comes while users connect belongs to no operation

    async def hear(self, path):
        async with self.http.stream("GET", path) as stream:
            return [event.data async for event in stream.events()]

    @operation(weight=0)
    async def listen(self):
        assert len(await self.hear("/words")) == CHUNKS

    @operation(weight=12)
    async def call(self):
        await asyncio.sleep(0.03)
        await self.listen()

    @operation
    async def silent(self):
        await self.hear("/silent")

    @operation
    async def stalled(self):
        await self.hear("/stalled")

    @operation
    async def cut(self):
        await self.hear("/cut")

    @operation
    async def pause(self):
        await asyncio.sleep(0.001)


def truths(system):
    return [json.loads(line) for line in (system.directory / "truth.jsonl").read_text().splitlines()]


def the_first(system, kept, recording):
    return median(one[1] - one[0] for one in truths(system)) / 1e9


def the_gap(system, kept, recording):
    gaps = [after - before for one in truths(system) for before, after in pairwise(one[1:])]
    return median(gaps) / 1e9


def nothing_is_seen_before_it_was_said(system, kept, recording):
    """And half of it long before the next word."""
    marks = recording.marks
    heard = recording.operation[marks.row] == recording.names.index("listen")
    seen = np.sort(marks.at[heard & (marks.since == 0)])
    late = seen - np.sort([one[1] for one in truths(system)])
    assert (late >= 0).all()
    assert np.median(late) < the_gap(system, kept, recording) * 1e9 / 2
    return f"{len(seen)} streams"


@pytest.fixture(scope="module")
def result():
    workload = Workload(
        "str/listen",
        Server(speaker),
        Listener,
        loop=closed_loop(users=24, operations=96),
        timeout=1.5,
        good={"first@listen": "1s", "gap": "500ms", "response@pause": "1ns"},
        thresholds=[Threshold("first.p50@listen", critical="1s"), Threshold("good", critical="1%")],
        metrics=[Metric("truth.first", "s", "lower", the_first), Metric("truth.gap", "s", "lower", the_gap)],
        checks=[nothing_is_seen_before_it_was_said],
    )
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("suite.engine.coordinator._REPEATS", 0)  # as `rounds_once`
        found = run(workload, Settings(rounds=1))
    assert found.error is None
    assert [one for one in found.checks if not one.passed] == []
    return found


def test_first_and_gap_are_the_servers(result):
    value = {name: one.value for name, one in result.metrics.items()}
    heard = result.operations["listen"]["ok"]
    assert heard > 20
    assert result.histograms["first@listen"].count == heard
    assert result.histograms["gap@listen"].count == heard * (CHUNKS - 1)
    # before the server's own time there is the wait of the request
    assert value["truth.first"] <= value["first.p50@listen"] < 2 * value["truth.first"]
    assert value["gap.p50@listen"] == pytest.approx(value["truth.gap"], rel=0.25)


def test_the_outer_operation_has_what_came_in_the_one_that_it_awaited(result):
    outer, inner = result.histograms["first@call"], result.histograms["first@listen"]
    assert outer.count == inner.count == result.operations["call"]["ok"]
    assert outer.min >= inner.min + 0.025
    assert result.histograms["gap@call"] == result.histograms["gap@listen"]


def test_what_never_came_is_a_lower_bound(result):
    silent = result.histograms["first@silent"]
    assert silent.count == silent.beyond_count == result.operations["silent"]["timeout"] > 0
    assert result.metrics["first.max@silent"].at_least
    assert result.metrics["first.max@silent"].value >= 1.5
    stalled = result.histograms["gap@stalled"]
    assert stalled.count == stalled.beyond_count == result.operations["stalled"]["timeout"] > 0
    assert result.histograms["first@stalled"].beyond_count == 0
    assert result.metrics["gap.max@stalled"].at_least


def test_a_stream_that_was_cut_off_failed_with_its_detail(result):
    (detail,) = [one for one in result.details if one.operation == "cut"]
    assert (detail.outcome, detail.kind, detail.count) == (
        "failed",
        "cut-off",
        result.operations["cut"]["failed"],
    )
    assert detail.example == "the server closed the connection in the middle of a chunk, after 1 chunk"
    assert result.histograms["first@cut"].count == 0


def test_operations_that_do_not_stream_have_no_such_times(result):
    assert not [
        name
        for name in result.metrics
        if name.endswith(("@pause", "@connect")) and name[:3] in ("fir", "gap")
    ]


def test_good_operations_held_their_own_limits(result):
    value = {name: one.value for name, one in result.metrics.items()}
    for name, share in {"call": 1, "listen": 1, "pause": 0, "silent": 0, "stalled": 0, "cut": 0}.items():
        assert value[f"good@{name}"] == share
    started = sum(result.outcomes.values())
    assert value["good"] == pytest.approx(result.operations["call"]["ok"] / started)
    assert {one.metric: one.passed for one in result.thresholds} == {"first.p50@listen": True, "good": True}
    assert result.plan["good"] == {"first@listen": 1.0, "gap": 0.5, "response@pause": 1e-9}
