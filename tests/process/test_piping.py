"""What is sent arrives, and what is broken off by a signal leaves nothing that can't be freed."""

import signal
import subprocess
import sys

import multiprocess
import pytest

from suite.process.piping import receive, send

BROKEN_OFF = """
import gc, signal
import multiprocess
from suite.process.piping import receive, send

class Signal(BaseException):
    pass

class Slow:
    def __init__(self):
        self.there = True
    def __setstate__(self, state):
        signal.setitimer(signal.ITIMER_REAL, 0.01)
        while True:
            pass

def ring(*_):
    raise Signal

def broken_off(what):
    try:
        what()
    except Signal as error:
        error.itself = error  # a cycle, as errors that refer to one another make it
    else:
        raise AssertionError("nothing was broken off")
    gc.collect()
    print("alive")

ours, theirs = multiprocess.Pipe()
signal.signal(signal.SIGALRM, ring)
send(ours, Slow())
signal.setitimer(signal.ITIMER_REAL, 0.1)  # more than a pipe takes is being sent then
"""


def test_what_is_sent_is_received():
    ours, theirs = multiprocess.Pipe()
    send(ours, {"one": [1, 2.5, None]})
    assert receive(theirs) == {"one": [1, 2.5, None]}
    ours.close()
    theirs.close()


@pytest.mark.parametrize("what", ["send(ours, bytes(10_000_000))", "receive(theirs)"])
def test_a_signal_meanwhile_kills_no_python(what):
    """Python 3.12 died of a segmentation fault once in ten interrupts of a round that began."""
    code = BROKEN_OFF + f"broken_off(lambda: {what})"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (0, "alive\n"), signal.strsignal(-done.returncode) or done.stderr
