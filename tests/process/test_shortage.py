"""What a machine refuses is a line that says what would mend it."""

import errno
import os
import resource
import subprocess
import sys

import pytest

from suite.process.shortage import advised, open_files, shortage


def refused(number):
    return OSError(number, os.strerror(number))


@pytest.mark.parametrize(
    ("error", "says"),
    [
        (refused(errno.EMFILE), "[Errno 24] Too many open files; "
                                f"{open_files():g} is the most; allow more of them: ulimit -n 4096"),
        (refused(errno.EAGAIN), "[Errno 11] Resource temporarily unavailable; "
                                "allow more processes: ulimit -u, or the container's limit of pids"),
        (refused(errno.ENOMEM), "[Errno 12] Cannot allocate memory; free some memory"),
        (MemoryError(), "there is no memory left; free some memory"),
        (RuntimeError("can't start new thread"),
         "can't start new thread; allow more processes: ulimit -u, or the container's limit of pids"),
        (ImportError("x.so: failed to map segment from shared object"),
         "x.so: failed to map segment from shared object; free some memory"),
    ],
)  # fmt: skip
def test_what_is_said(error, says):
    if resource.getrlimit(resource.RLIMIT_AS)[0] != resource.RLIM_INFINITY and "memory" in says:
        pytest.skip("there is a limit of memory here, which is told too")
    assert advised(error) == shortage(error) == says


def test_what_a_step_meets_by_chance_alone_is_no_shortage():
    assert shortage(refused(errno.EACCES)) is None
    assert advised(refused(errno.EACCES)) == (
        "[Errno 13] Permission denied; choose another folder, or have it opened to you"
    )


@pytest.mark.parametrize("error", [RuntimeError("x"), ImportError("x"), refused(errno.ENOENT), ValueError()])
def test_what_says_nothing_of_the_machine(error):
    assert advised(error) is None


@pytest.mark.parametrize(
    "error", ["MemoryError()", "SystemError('error return without exception set')"], ids=["it", "lost"]
)
def test_a_limit_of_memory_is_told(error):
    """Python may have no room for a MemoryError: a traceback, and 70."""
    program = (
        "import resource; resource.setrlimit(resource.RLIMIT_AS, (1 << 30, 1 << 30))\n"
        f"from suite.process.shortage import advised; print(advised({error}))"
    )
    said = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert said.stdout == "there is no memory left; ulimit -v allows 1024 MiB; free some memory\n"
