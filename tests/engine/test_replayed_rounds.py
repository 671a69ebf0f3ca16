"""A real round that replays a log: what a server sees is what the log says."""

import asyncio

import numpy as np
import pytest
from support.access_logs import exact
from support.recordings import kept

from suite import Server, User, Workload, open_loop, operation
from suite.clients import Http
from suite.config.catalog import reference_to
from suite.config.settings import Settings
from suite.contract.replay import Replay
from suite.engine.coordinator import run
from suite.engine.progress import Silent
from suite.engine.round import run_round
from suite.engine.workload_spec import WorkloadSpec

pytestmark = pytest.mark.exhaustive
RANDOM = np.random.default_rng(7)


async def shop(system):
    """Answers everything."""

    async def answer(reader, writer):
        try:
            while True:
                await reader.readuntil(b"\r\n\r\n")
                writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")
        except asyncio.IncompleteReadError:
            writer.close()

    server = await asyncio.start_server(answer, system.host, system.port)
    async with server:
        await server.serve_forever()


class Visitor(User):
    async def connect(self, system):
        self.http = await Http.connect(system.url)

    @operation
    async def visit(self):
        await self.http.request(self.logged.method, self.logged.target)


@pytest.mark.rounds
@pytest.mark.parametrize("workers", [1, 2])
def test_gaps_between_starts_are_those_of_the_log(tmp_path, workers):
    """Within a hundredth at the deciles, or 200 µs where a gap is shorter than what a machine can keep."""
    starts = np.cumsum(RANDOM.exponential(1 / 60, 600))
    clients = RANDOM.integers(0, 300, len(starts)).tolist()
    lines = [exact(at, f"10.0.0.{client}") for at, client in zip(starts.tolist(), clients, strict=True)]
    (tmp_path / "access.log").write_text("".join(lines))
    loop = open_loop(arrivals=Replay(str(tmp_path / "access.log"), speed=2.0))
    workload = Workload("shop/tuesday", Server(shop), Visitor, loop=loop)
    seen = []
    spec = WorkloadSpec(reference_to(workload), Settings(rounds=1, workers=workers))
    found = run_round(spec, 0, Silent(), lambda recording: seen.append(kept(recording)))
    assert found.failure is None
    rows = seen[0].loop_only()
    assert rows.counts()["ok"] == 600
    quantiles = np.arange(0.1, 1.0, 0.1)
    wanted = np.quantile(np.diff(starts), quantiles) / 2
    planned = np.quantile(np.diff(np.sort(rows.intended)), quantiles) / 1e9
    assert planned == pytest.approx(wanted, rel=0.01, abs=2e-6)
    sent = np.quantile(np.diff(np.sort(rows.started)), quantiles) / 1e9
    assert sent == pytest.approx(wanted, rel=0.01, abs=1e-3)


class Rotates(Silent):
    """As logrotate does at midnight, between two rounds."""

    def __init__(self, log):
        self.log, self.rounds = log, 0

    def round_ended(self, workload, result):
        self.rounds += 1
        self.log.unlink(missing_ok=True)


def test_all_rounds_replay_the_log_that_the_first_one_did(tmp_path):
    """The command ended with "can't read access.log", and with what it had measured in the journal only."""
    log = tmp_path / "access.log"
    log.write_text("".join(exact(at / 50) for at in range(50)))
    workload = Workload("shop/night", Server(shop), Visitor, loop=open_loop(arrivals=Replay(str(log))))
    watcher = Rotates(log)
    found = run(workload, Settings(rounds=2), progress=watcher)
    assert (found.error, watcher.rounds, found.outcomes["ok"]) == (None, 2, 100)
