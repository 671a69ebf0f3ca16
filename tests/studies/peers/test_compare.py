"""The script itself, with what needs no installation: our raw generator and the null server."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from studies.peers import reported
from studies.peers.roster import PEERS, Load, Peer

SCRIPT = Path(__file__).parent / "compare.py"


def compare(*words):
    return subprocess.run(
        [sys.executable, str(SCRIPT), *words],
        capture_output=True,
        text=True,
        timeout=60,
        env={**os.environ, "PATH": str(Path(shutil.which("sh")).parent)},
    )


@pytest.mark.exhaustive
def test_a_comparison_from_end_to_end(tmp_path):
    file = tmp_path / "peers.json"
    done = compare(
        "--null", "--only", "raw", "client", "--seconds", "1", "--rounds", "1", "--json", str(file)
    )
    assert done.returncode == 0, done.stderr
    assert "ours, raw Protocol" in done.stdout
    document = json.loads(file.read_text())
    assert document["server"] == "null server"
    assert {row["name"] for row in document["rows"]} == {"raw", "client"}
    for row in document["rows"]:
        assert 1e-6 < row["cpu"] < 1e-3
        assert row["failures"] == 0
        assert 0 < row["p50"] <= row["p99"] < 1


@pytest.mark.parametrize(
    "words", [("--seconds", "0"), ("--rounds", "1000"), ("--only", "siege"), ("--connections", "2000")]
)
def test_what_is_out_of_bounds_is_refused(words):
    done = compare(*words)
    assert done.returncode == 2
    assert words[0].lstrip("-") in done.stderr


def test_what_is_not_installed_says_where_it_is():
    peer = Peer("x", "xload", lambda load: [], reported.ours, "xload (Debian)", "no-such-program")
    assert peer.missing() == "xload is not installed; it is in xload (Debian)"
    peer = Peer("y", "yload", lambda load: [], reported.ours, "yload (PyPI)", module="no_such_module")
    assert peer.missing() == "yload is not installed; it is in yload (PyPI)"


def test_a_rate_is_handed_on_by_those_that_know_one():
    """Over all connections: some want it for each."""
    load = Load("http://127.0.0.1:1/", 32, 8, 1000.0)
    commands = {peer.name: peer.command(load) for peer in PEERS}
    assert "31.25" in commands["hey"]
    assert commands["autocannon"][-3:-1] == ["-R", "1000"]
    assert commands["fast"][commands["fast"].index("--pacing") + 1] == "0.032"
    assert commands["user"][-1] == "1000"
