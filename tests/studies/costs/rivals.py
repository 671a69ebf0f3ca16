"""What others do: the shop's answers timed, on one commit and then the other, and their medians compared."""

import contextlib
import http.client
import json
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from pytest_benchmark.utils import PercentageRegressionCheck
from studies.costs.planted import BASE

LIMITS = (1, 5)
"""By so many percent a median may grow."""
_REQUESTS, _WARM = 1000, 100
_START = 60.0
_TEST = """
import http.client

def test_browse(benchmark):
    connection = http.client.HTTPConnection("127.0.0.1", {port})
    def browse():
        connection.request("GET", "/items")
        assert len(connection.getresponse().read()) > 100
    benchmark(browse)
"""


def measured(judge, shop, head):
    """Medians of both commits in seconds, base first, and whom which limit accuses."""
    ask = {"median": plain, "pytest-benchmark": benchmarked}[judge]
    medians = []
    for commit in (BASE, head):
        with served(shop, commit) as port:
            medians.append(ask(port))
    return {"medians": medians, "accused_at": {str(limit): accused(limit, *medians) for limit in LIMITS}}


def accused(limit, base, head):
    """What pytest-benchmark's `--benchmark-compare-fail=median:LIMIT%` says."""
    return bool(PercentageRegressionCheck("median", float(limit)).fails({"median": head}, {"median": base}))


def plain(port):
    """The median of requests, one after the other on one connection."""
    connection = http.client.HTTPConnection("127.0.0.1", port)
    took = []
    for _ in range(_WARM + _REQUESTS):
        began = time.perf_counter()
        connection.request("GET", "/items")
        connection.getresponse().read()
        took.append(time.perf_counter() - began)
    connection.close()
    return statistics.median(took[_WARM:])


def benchmarked(port):
    """pytest-benchmark's."""
    with tempfile.TemporaryDirectory() as folder:
        Path(folder, "test_shop.py").write_text(_TEST.format(port=port))
        argv = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-c", "/dev/null"]
        argv += ["--rootdir", folder, "--benchmark-json", "out.json", "test_shop.py"]
        subprocess.run(argv, cwd=folder, check=True, capture_output=True, timeout=300)
        (found,) = json.loads(Path(folder, "out.json").read_text())["benchmarks"]
        return found["stats"]["median"]


@contextlib.contextmanager
def served(shop, commit):
    """The shop of a commit under uvicorn; its port."""
    with tempfile.TemporaryDirectory() as folder:
        for name in ("shop.py", "extra.py"):
            text = subprocess.run(
                ["git", "show", f"{commit}:{name}"], cwd=shop, check=True, capture_output=True, timeout=60
            )
            Path(folder, name).write_bytes(text.stdout)
        with socket.socket() as taken:
            taken.bind(("127.0.0.1", 0))
            port = taken.getsockname()[1]
        argv = [sys.executable, "-m", "uvicorn", "shop:app", "--port", str(port), "--no-access-log"]
        server = subprocess.Popen(argv, cwd=folder, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        try:
            _wait(server, port)
            yield port
        finally:
            server.terminate()
            server.wait(30)


def _wait(server, port):
    end = time.monotonic() + _START
    while True:
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
        except OSError:
            if server.poll() is not None or time.monotonic() > end:
                raise
            time.sleep(0.05)
        else:
            return
