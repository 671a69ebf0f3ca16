"""`python -m suite.reference.vision`."""

import subprocess
import sys


def demo(*words):
    done = subprocess.run(
        [sys.executable, "-m", "suite.reference.vision", *words],
        capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_it_explains_itself():
    assert "--members" in demo("--help")


def test_it_names_members_and_buffers_frames():
    shown = demo("--members", "4", "--faces", "2", "--frames", "20").splitlines()
    assert shown[:2] == ["member-0000 (0.800)", "member-0001 (0.800)"]
    assert shown[2].startswith("unknown (")
    assert shown[3] == "20 frames, 2,000,000 bytes"
    assert len(shown) == 6
