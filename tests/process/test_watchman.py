"""Who cleans up after a program that was killed."""

import contextlib
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from support.processes import wait_for
from support.scripts import script

from suite.errors import SystemFailed
from suite.process import sweep
from suite.process.sweep import ROUND_VARIABLE, carrying
from suite.process.variables import inherited
from suite.process.watchman import watched


def test_it_does_not_end_with_the_round_amid_which_it_began(tmp_path: Path) -> None:
    """Once the data of a server that is kept stayed when a later round's program was killed."""
    with inherited({ROUND_VARIABLE: "a round"}), watched("a session", tmp_path):
        assert carrying("a round") == []


def test_it_does_not_carry_what_its_program_carries(tmp_path: Path) -> None:
    """The watchman of a round within `suite ab` outlives that: else nobody would sweep the round."""
    within = """
        from pathlib import Path
        from suite.process.sweep import carry, carrying
        from suite.process.watchman import watched

        carry("5a5a5a5a5a5a5a5a")
        with watched("a session", Path("nowhere")):
            print(carrying("5a5a5a5a5a5a5a5a"))
    """
    with script(tmp_path, within) as process:
        assert process.finished() == (0, "[]\n", "")


def test_that_it_is_killed_itself_hurts_nobody(tmp_path: Path) -> None:
    held = os.memfd_create("held")
    with watched("a round", tmp_path) as watchman:
        os.kill(watchman.pid, signal.SIGKILL)
        os.waitid(os.P_PID, watchman.pid, os.WEXITED | os.WNOWAIT)
        watchman.hold({"columns-0": held}, tmp_path, 0)
    os.close(held)


def test_that_it_is_frozen_holds_up_nobody(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A round that was over waited for it without end."""
    monkeypatch.setattr("suite.process.watchman._PATIENCE", 0.2)
    with watched("a round", tmp_path) as watchman:
        os.kill(watchman.pid, signal.SIGSTOP)
    assert not Path(f"/proc/{watchman.pid}").exists()


def test_what_it_holds_is_written_when_its_owner_dies(tmp_path: Path) -> None:
    """As it was last told, holes and all; of nothing else."""
    into = tmp_path / "into"
    into.mkdir()
    held, other = os.memfd_create("held"), os.memfd_create("other")
    os.pwrite(held, b"recorded", 5_000_000)
    owner, alive = os.pipe()
    command = [sys.executable, "-I", "-S", sweep.__file__, "no round", str(tmp_path / "scratch"), ".mark"]
    process = subprocess.Popen(command, stdin=owner)
    os.close(owner)
    for name, descriptor in (("other", other), ("columns-0", held)):
        os.write(alive, f"{into}\0{7}\0{name}={descriptor}".encode().hex().encode() + b"\n")
    os.close(alive)  # as if we were dead
    assert process.wait(60) == 0
    assert (into / "columns-0").read_bytes() == bytes(5_000_000) + b"recorded"
    assert (into / "columns-0").stat().st_blocks * 512 < 2_000_000
    assert (into / "columns-0").stat().st_mode & 0o777 == 0o600
    assert (into / "ended").read_text().split()[0] == "7"
    assert not (into / "other").exists()
    for one in (held, other):
        os.close(one)


@pytest.mark.parametrize("name", [b"line\nbreak", b"no text \xff", b"done\n"])
def test_a_folder_may_be_called_anything(tmp_path: Path, name: bytes) -> None:
    """At a line break the watchman ended, and with it all that a killed command leaves; for bytes that are no
    text the command itself did.
    """
    into = tmp_path / os.fsdecode(name)
    into.mkdir()
    within = f"""
        import os, time
        from pathlib import Path
        from suite.process.watchman import watched

        held = os.memfd_create("held")
        os.write(held, b"recorded")
        with watched("no round", Path("nowhere")) as watchman:
            watchman.hold({{"columns-0": held}}, Path(os.fsdecode({os.fsencode(into)!r})), 7)
            theirs = Path(f"/proc/{{watchman.pid}}/fd")
            while not any("memfd:held" in os.path.realpath(one) for one in theirs.iterdir()):
                time.sleep(0.01)
            os.kill(os.getpid(), 9)
    """
    with script(tmp_path, within) as process:
        assert process.finished()[0] == -9
    wait_for((into / "ended").exists)
    assert (into / "columns-0").read_bytes() == b"recorded"


@pytest.mark.parametrize("error", [OSError(24, "too many"), SystemFailed("it died")])
def test_a_fault_of_ours_is_a_death_to_it(tmp_path: Path, error: Exception) -> None:
    """What a round had recorded was kept of a command that was killed, and not of one that failed."""
    held = os.memfd_create("held")
    os.write(held, b"recorded")
    with contextlib.suppress(OSError, SystemFailed), watched("no round", tmp_path / "scratch") as watchman:
        watchman.hold({"columns-0": held}, tmp_path, 7)
        raise error
    os.close(held)
    written = [path.name for path in sorted(tmp_path.iterdir()) if path.name != ".held"]
    assert written == (["columns-0", "ended"] if isinstance(error, OSError) else [])


_KILLED_WHILE_IT_REMOVES = """
import os, signal
from suite.process import identity, scratch
from suite.process.identity import round_identity
from suite.process.scratch import scratch_directory

identity.remove = scratch.remove = lambda *_: os.kill(os.getpid(), signal.SIGKILL)
with scratch_directory() as folder, round_identity(folder):
    (folder / "large").mkdir()
    print(folder, flush=True)
"""


def test_a_kill_while_a_folder_is_removed_leaves_no_part_of_it(tmp_path: Path) -> None:
    """Its watchman was dismissed before: what was left of it stayed until the next round."""
    done = subprocess.run(
        [sys.executable, "-c", _KILLED_WHILE_IT_REMOVES],
        env={**os.environ, "TMPDIR": str(tmp_path)}, capture_output=True, text=True, timeout=30, check=False,
    )  # fmt: skip
    assert done.returncode == -signal.SIGKILL, done
    folder = Path(done.stdout.strip())
    assert folder.parent == tmp_path
    wait_for(lambda: not folder.exists())
