"""The load generators that are compared, and how each is called."""

import importlib.util
import shutil
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from studies.peers import reported

HERE = Path(__file__).parent
PYTHON = sys.executable


@dataclass(frozen=True)
class Load:
    """What a generator is asked for: closed loop, or `rate` requests per second over all connections."""

    url: str
    connections: int
    seconds: int
    rate: float | None = None


@dataclass(frozen=True)
class Peer:
    """One load generator. `program` or `module` must be there; `package` says where it comes from."""

    name: str
    label: str
    command: Callable[[Load], list[str]]
    read: Callable[[str], reported.Reported]
    package: str = ""
    program: str = ""
    module: str = ""
    rated: bool = False
    """Whether it can hold a rate."""

    def missing(self):
        """One line on how to get it, or None if it is installed."""
        if self.program and shutil.which(self.program) is None:
            return f"{self.label} is not installed; it is in {self.package}"
        if self.module and importlib.util.find_spec(self.module) is None:
            return f"{self.label} is not installed; it is in {self.package}"
        return None


def _script(name):
    def command(load):
        rate = [] if load.rate is None else [f"{load.rate:g}"]
        return [PYTHON, str(HERE / name), load.url, str(load.connections), str(load.seconds), *rate]

    return command


def _wrk(load):
    return ["wrk", "-t1", f"-c{load.connections}", f"-d{load.seconds}s", "--latency", load.url]


def _hey(load):
    # -q is for each of its workers.
    rate = [] if load.rate is None else ["-q", f"{load.rate / load.connections:g}"]
    return ["hey", "-cpus", "1", "-c", str(load.connections), "-z", f"{load.seconds}s", *rate, load.url]


def _ab(load):
    # A time limit means 50,000 requests at most, unless a number comes after it.
    return [
        "ab",
        "-k",
        "-q",
        "-c",
        str(load.connections),
        "-t",
        str(load.seconds),
        "-n",
        "100000000",
        load.url,
    ]


def _autocannon(load):
    rate = [] if load.rate is None else ["-R", f"{load.rate:g}"]
    return [
        "autocannon", "--json", "-c", str(load.connections), "-d", str(load.seconds), *rate, load.url,
    ]  # fmt: skip


def _locust(kind):
    def command(load):
        pacing = [] if load.rate is None else ["--pacing", f"{load.connections / load.rate:g}"]
        users = str(load.connections)
        return [
            PYTHON, "-m", "locust", "-f", str(HERE / "locust_users.py"), "--headless", "--only-summary",
            "-u", users, "-r", users, "-t", f"{load.seconds}s", "--host", load.url.rstrip("/"), *pacing, kind,
        ]  # fmt: skip

    return command


LOCUST: dict[str, Any] = {
    "read": reported.locust,
    "package": "locust (PyPI)",
    "module": "locust",
    "rated": True,
}

PEERS = (
    Peer("raw", "ours, raw Protocol", _script("our_protocol.py"), reported.ours),
    Peer("client", "ours, Http alone", _script("our_client.py"), reported.ours),
    Peer("user", "ours, User's operation", _script("our_user.py"), reported.ours, rated=True),
    Peer("wrk", "wrk", _wrk, reported.wrk, "wrk (Debian)", "wrk"),
    Peer("hey", "hey", _hey, reported.hey, "hey (Debian)", "hey", rated=True),
    Peer("ab", "ab", _ab, reported.ab, "apache2-utils (Debian)", "ab"),
    Peer(
        "autocannon", "autocannon", _autocannon, reported.autocannon, "autocannon (npm)", "autocannon",
        rated=True,
    ),
    Peer("fast", "locust FastHttpUser", _locust("Fast"), **LOCUST),
    Peer("http", "locust HttpUser", _locust("Plain"), **LOCUST),
    Peer("aiohttp", "aiohttp on uvloop", _script("other_clients.py"), reported.ours, "aiohttp (PyPI)", "",
         "aiohttp"),
)  # fmt: skip
