"""Running `suite` as a user does, and looking for what it leaves behind."""

import contextlib
import os
import signal
import socket
import subprocess
import sys
import time
import uuid
from pathlib import Path

EXAMPLES = Path(__file__).parent.parent / "examples"


class Suite:
    """One `suite` command in a process group of its own, its temporary files in `folder`."""

    def __init__(self, folder, *words, cwd=None, env=None):
        self.mark = f"LOADLEDGER_TEST={uuid.uuid4().hex}"
        self.folder = Path(folder)
        self.scratch = self.folder / "tmp"
        self.scratch.mkdir(parents=True, exist_ok=True)
        name, _, value = self.mark.partition("=")
        self.shared_before = set(os.listdir("/dev/shm"))
        self.process = subprocess.Popen(
            [sys.executable, "-m", "suite.cli", *words],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            cwd=cwd or self.folder,
            env={**os.environ, name: value, "TMPDIR": str(self.scratch), "COLUMNS": "120", **(env or {})},
            process_group=0,
            preexec_fn=_heeding,
        )

    def finish(self, timeout=60):
        """Exit code and output."""
        try:
            self.out, self.err = self.process.communicate(timeout=timeout)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.out, self.err = self.process.communicate()
            raise AssertionError(f"suite did not end:\n{self.out}\n{self.err}") from None
        except BaseException:  # the test's own time-out: nothing of it may meet the next test
            self.process.kill()
            self.process.communicate()
            raise
        return self.process.returncode

    def processes(self):
        """Pids of all live processes that descend from this command, itself left out."""
        found = []
        for entry in os.listdir("/proc"):
            if not entry.isdigit() or int(entry) == self.process.pid:
                continue
            with contextlib.suppress(OSError):
                if self.mark.encode() in Path(f"/proc/{entry}/environ").read_bytes().split(b"\0"):
                    found.append(int(entry))
        return found

    def files(self, name=None):
        """What is in its scratch directory, or what is called so; folders may come and go meanwhile."""
        found = [
            Path(folder) / one for folder, inner, files in os.walk(self.scratch) for one in inner + files
        ]
        return [path for path in found if name in (None, path.name)]

    def left_behind(self, patience=20.0):
        """What outlived the command: processes, temporary files, shared memory."""
        end = time.monotonic() + patience
        while (left := self._left()) and time.monotonic() < end:
            time.sleep(0.02)
        return left

    def _left(self):
        files = [str(path) for path in self.files()]
        shared = set(os.listdir("/dev/shm")) - self.shared_before
        return [*map(str, self.processes()), *files, *(name for name in shared if not others(name))]


def _heeding():
    """Where tests run in the background or under nohup they ignore signals, which children would inherit."""
    for number in (signal.SIGINT, signal.SIGHUP, signal.SIGQUIT):
        signal.signal(number, signal.SIG_DFL)


def others(shared):
    """Whether shared memory is another test's: named after a process that runs, or mapped by one."""
    owner = shared.split("-")[1:2]
    if "faketime_s" in shared:  # by which libfaketime keeps its clocks alike
        return True
    return (bool(owner) and Path("/proc", owner[0]).exists()) or any(
        f"/dev/shm/{shared}" in mapped(maps) for maps in Path("/proc").glob("[0-9]*/maps")
    )


def mapped(maps):
    """What a process has mapped; nothing of one that has ended."""
    with contextlib.suppress(OSError):
        return maps.read_text(errors="replace")
    return ""


def command_line(pid):
    with contextlib.suppress(OSError):
        return Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
    return ""


def free_port():
    """One that nobody listens at, as a word of a command line."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return str(probe.getsockname()[1])


def wait_for(condition, timeout=45.0):
    """Poll until `condition()` is true; its value."""
    end = time.monotonic() + timeout
    while time.monotonic() < end:
        if value := condition():
            return value
        time.sleep(0.02)
    raise AssertionError("the condition never held")
