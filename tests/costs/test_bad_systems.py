"""Systems that do not get on with valgrind: a clear line, all else counted, nothing left running."""

import json
import subprocess
import time
from pathlib import Path

import pytest
from support.processes import Suite

from suite.costs.callgrind import Callgrind, version
from suite.errors import SystemFailed
from suite.process.injection import Injection

pytestmark = [
    pytest.mark.timeout(300),
    pytest.mark.skipif(version() is None, reason="valgrind is not installed"),
]

LOAD = """
import asyncio
from suite import Command, User, Workload, closed_loop, operation

class Asker(User):
    async def connect(self, system):
        self.reader, self.writer = await asyncio.open_connection(system.host, system.port)

    @operation
    async def ask(self):
        self.writer.write(b"x" * 10)
        await self.reader.readexactly(20)

    async def close(self):
        self.writer.close()

server = Command("sh -c 'exec {python} -S answer.py {port} WAY'", deadline=2)
ask = Workload("tiny/ask", server, Asker, loop=closed_loop(1, operations=5), timeout=0.2, grace=0.1)
"""
SERVER = """
import os, sys, time, _socket
way = sys.argv[2] if "LOADLEDGER_AGENT_SLOWER" in os.environ else "well"
if way == "never-ready":
    time.sleep(3600)
listener = _socket.socket()
listener.setsockopt(_socket.SOL_SOCKET, _socket.SO_REUSEADDR, 1)
listener.bind(("127.0.0.1", int(sys.argv[1])))
listener.listen(8)
asked = 0
while True:
    visitor = _socket.socket(fileno=listener._accept()[0])
    while visitor.recv(100):
        asked += 1
        if asked == 15 and way == "dies":
            os._exit(7)
        if asked == 15 and way == "hangs":
            time.sleep(3600)
        visitor.sendall(b"y" * 20)
"""


@pytest.mark.exhaustive
@pytest.mark.parametrize(
    ("way", "said"),
    [
        ("well", None),
        ("dies", "it does not run under valgrind; the system died: "),
        (
            "hangs",
            " operations fail under valgrind, where all is some fifty times slower, the first: timeout",
        ),
        pytest.param("never-ready", "it does not run under valgrind; ", marks=pytest.mark.nightly),
    ],
)
def test_a_system_that_does_not_get_on_with_valgrind(tmp_path, way, said):
    (tmp_path / "load_tiny.py").write_text(LOAD.replace("WAY", way))
    (tmp_path / "answer.py").write_text(SERVER)
    words = ("--metric", "cost.instructions", "--operations", "10", "--json", "out.json")
    suite = Suite(tmp_path, "costs", "load_tiny.py", *words)
    begun = time.monotonic()
    assert suite.finish(280) == 0, suite.out + suite.err
    [bill] = json.loads((tmp_path / "out.json").read_text())["results"]
    instructions = bill["costs"]["cost.instructions"]
    assert bill["costs"]["cost.reads"]["value"] is not None
    assert bill["validity"]["verdict"] == "valid"
    if said is None:
        assert instructions["value"] > 1_000, "a shell that becomes the program is followed"
    else:
        assert instructions["value"] is None
        assert said in " ".join(suite.out.split())
    assert suite.left_behind() == []
    assert time.monotonic() - begun < 280


def test_a_process_that_valgrind_does_not_follow_is_named(tmp_path):
    counter = Callgrind("3.19.0")
    with counter.under(tmp_path):
        pass
    with subprocess.Popen(["sleep", "60"]) as stranger:
        try:
            with pytest.raises(
                SystemFailed, match=f"valgrind can't be told to count in process {stranger.pid}: "
            ):
                counter.begin(Injection(Path(tmp_path)), [stranger.pid], [])
        finally:
            stranger.kill()
    counter.begin(Injection(Path(tmp_path)), [stranger.pid], [])
    assert counter.end([], 1.0) == {"cost.instructions": {}, "cost.system_calls": {}}, (
        "one that has ended is nothing"
    )
