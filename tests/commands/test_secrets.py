"""No secret that a workload is given comes out of it again."""

import os
import signal
import socket
import stat

import pytest
from support.processes import Suite, wait_for

LOAD = """
    import sys
    from suite import Command, Secret, User, Workload, closed_loop, operation

    class Visitor(User):
        @operation
        async def visit(self):
            raise ValueError(f"refused: {self.parameters['login']}, token={self.parameters['code']}")

    CODE = '''
    import sys
    from http.server import BaseHTTPRequestHandler, HTTPServer
    print("password=hunter2-printed", sys.argv, flush=True)
    HTTPServer(("127.0.0.1", int(sys.argv[1])), BaseHTTPRequestHandler).serve_forever()
    '''
    argv = [sys.executable, "-c", CODE.replace("\\n    ", "\\n"), "{port}", "--password", "hunter2-argument"]
    system = Command(argv, key="hunter2-key")
    shop = Workload(
        "shop/visit", system, Visitor, loop=closed_loop(1, operations=3),
        parameters={"login": Secret("hunter2-login"), "code": "x", "api_key": "hunter2-own"},
    )
"""
SECRETS = ("hunter2-printed", "hunter2-argument", "hunter2-login", "hunter2-own", "hunter2-set")


@pytest.mark.usefixtures("rounds_once")
def test_a_run_keeps_and_shows_no_secret(command):
    command.file("load_shop.py", LOAD)
    told = [command("run", "load_shop.py", "--rounds", "1", "--set", "api_key=hunter2-set")]
    told += [
        command("show"),
        command("show", "shop/visit"),
        command("list", "load_shop.py"),
        command("config"),
    ]
    (document,) = command.folder.glob("results/runs/*.json")
    for text in (*(said.out + said.err for said in told), document.read_text()):
        assert not [secret for secret in SECRETS if secret in text], text
    ledger = (command.folder / "results" / "ledger.db").read_bytes()
    assert not [secret for secret in SECRETS if secret.encode() in ledger]
    assert "refused: ***" in document.read_text()
    for path in (document, command.folder / "results" / "ledger.db"):
        assert stat.S_IMODE(path.stat().st_mode) == 0o600, path


HTTP = """
    from suite import Remote, User, Workload, closed_loop, operation
    from suite.clients import Http

    class Visitor(User):
        async def connect(self, system):
            self.http = await Http.connect(system.url)
        @operation
        async def visit(self):
            await self.http.get("/")

    shop = Workload("shop/visit", Remote("http://127.0.0.1:1"), Visitor, loop=closed_loop(1, operations=3))
"""


@pytest.mark.parametrize("target", ["http://127.0.0.1:{port}/?q=hunter2", "http://127.0.0.1:x/?q=hunter2"])
def test_the_query_of_a_target_is_in_no_message(command, target):
    """A base URL with a query was refused with the query in the message."""
    command.file("load_shop.py", HTTP)
    with socket.create_server(("127.0.0.1", 0)) as server:
        words = ["--target", target.format(port=server.getsockname()[1]), "--rounds", "1"]
        said = command("run", "load_shop.py", *words)
    assert "?***" in said.err
    assert "hunter2" not in said.out + said.err


KILLED = """
    import asyncio, os, time
    from pathlib import Path
    from load_shop import *
    from load_shop import shop as given

    class Waiting(Visitor):
        since = 0.0

        @operation
        async def visit(self):
            await asyncio.sleep(0.05)
            Waiting.since = Waiting.since or time.monotonic()
            if time.monotonic() > Waiting.since + 2.5:  # then it has been written down
                Path("there").touch()
            said = self.parameters["login"], self.parameters["api_key"], os.environ["SHOP_TOKEN"]
            raise ValueError(f"refused: {said} hunter2-argument")

    loop = closed_loop(1, seconds=600)
    long = Workload("shop/long", system, Waiting, loop=loop, parameters=given.parameters)
"""


def test_what_a_killed_command_leaves_has_no_secret_whoever_brings_it_in(command, tmp_path):
    """The command alone knew them; where it was killed they stood in its journal, and in the document."""
    command.file("load_shop.py", LOAD)
    load = command.file("load_long.py", KILLED)
    environment = {"SHOP_TOKEN": "hunter2-printed"}
    suite = Suite(tmp_path, "run", load, "-k", "shop/long", "--rounds", "1", env=environment)
    wait_for((tmp_path / "there").exists)
    os.killpg(suite.process.pid, signal.SIGKILL)
    suite.finish()
    assert "a command ended before all was kept" in command("show").err
    (document,) = tmp_path.glob("results/runs/*.json")
    assert "refused: (Secret('***'), '***', '***') ***" in document.read_text()
    for path in (document, tmp_path / "results/ledger.db"):
        assert not [secret for secret in SECRETS if secret.encode() in path.read_bytes()]
