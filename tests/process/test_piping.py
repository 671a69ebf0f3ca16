"""What is sent arrives, who stops in the midst of it is not waited for, and what a signal breaks off leaves
nothing that can't be freed.
"""

import os
import signal
import struct
import subprocess
import sys
import threading
from collections.abc import Iterator
from multiprocessing.connection import Connection

import multiprocess
import pytest

from suite.process.piping import PipeEnd

BROKEN_OFF = """
import gc, signal
import multiprocess
from suite.process.piping import PipeEnd

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

ours, theirs = map(PipeEnd, multiprocess.Pipe())
signal.signal(signal.SIGALRM, ring)
ours.send(Slow(), 60)
signal.setitimer(signal.ITIMER_REAL, 0.1)  # more than a pipe takes is being sent then
"""


Ends = tuple[PipeEnd, Connection]


@pytest.fixture
def ends() -> Iterator[Ends]:
    """Ours, and that of a process."""
    ours, theirs = multiprocess.Pipe()
    yield PipeEnd(ours), theirs
    ours.close()
    theirs.close()


SIZES = [0, 1, 16_384, 16_385, 3_000_000]


@pytest.mark.parametrize("size", SIZES)
def test_what_is_sent_is_received(ends: Ends, size: int) -> None:
    """Both ways, in the form of multiprocess."""
    ours, theirs = ends
    what = {"one": [1, 2.5, None], "many": bytes(size)}
    for send, receive in (
        (lambda: ours.send(what, 60), theirs.recv),
        (lambda: theirs.send(what), lambda: ours.receive(60)),
    ):
        sender = threading.Thread(target=send)  # more than a pipe takes
        sender.start()
        assert receive() == what
        sender.join()


def message(what: bytes) -> bytes:
    """Bytes object `what` as multiprocess sends it."""
    ours, theirs = multiprocess.Pipe()
    with ours, theirs:
        ours.send(what)
        return os.read(theirs.fileno(), 1 << 20)


def test_a_message_that_comes_byte_by_byte_is_whole_with_its_last(ends: Ends) -> None:
    """And what follows it waits to be seen in the pipe."""
    ours, theirs = ends
    whole = message(b"first")
    for at in range(len(whole)):
        assert not ours.poll()
        os.write(theirs.fileno(), whole[at : at + 1])
    os.write(theirs.fileno(), message(b"second"))
    assert ours.poll()
    assert ours.receive() == b"first"
    assert ours.poll()
    assert ours.receive() == b"second"
    assert not ours.poll()


def test_a_message_in_the_form_of_very_long_ones(ends: Ends) -> None:
    ours, theirs = ends
    data = message(b"long")[4:]
    whole = struct.pack("!iQ", -1, len(data)) + data
    os.write(theirs.fileno(), whole[:9])
    assert not ours.poll()
    os.write(theirs.fileno(), whole[9:])
    assert ours.receive() == b"long"


def test_who_stops_in_the_midst_of_a_message_is_not_waited_for(ends: Ends) -> None:
    """A worker that was frozen there held up the coordinator without end."""
    ours, theirs = ends
    os.write(theirs.fileno(), message(b"half")[:7])
    assert not ours.poll(0.01)
    with pytest.raises(TimeoutError, match="it does not answer"):
        ours.receive(0.01)


@pytest.mark.parametrize("come", [0, 3, 7])
def test_who_dies_in_the_midst_of_a_message_has_ended(ends: Ends, come: int) -> None:
    """multiprocess raises another error there than between two: it was a traceback of ours."""
    ours, theirs = ends
    os.write(theirs.fileno(), message(b"half")[:come])
    theirs.close()
    assert ours.poll()
    with pytest.raises(EOFError):
        ours.receive()


def test_who_died_before_it_had_read_all_has_ended(ends: Ends) -> None:
    ours, theirs = ends
    ours.send("an order", 1)
    theirs.close()
    assert ours.poll()
    with pytest.raises(EOFError):
        ours.receive()


def test_who_takes_nothing_is_not_waited_for(ends: Ends) -> None:
    ours, _ = ends
    with pytest.raises(TimeoutError, match="it takes nothing"):
        ours.send(bytes(3_000_000), 0.05)


def test_to_say_something_to_nobody_is_an_error(ends: Ends) -> None:
    ours, theirs = ends
    theirs.close()
    with pytest.raises(BrokenPipeError):
        ours.send("an order", 1)


@pytest.mark.parametrize("what", ["ours.send(bytes(10_000_000), 60)", "theirs.receive(60)"])
def test_a_signal_meanwhile_kills_no_python(what):
    """Python 3.12 died of a segmentation fault once in ten interrupts of a round that began."""
    code = BROKEN_OFF + f"broken_off(lambda: {what})"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (0, "alive\n"), signal.strsignal(-done.returncode) or done.stderr
