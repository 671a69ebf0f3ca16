"""The coordinator's side of an observer."""

import os

import multiprocess

from suite.engine.observer_process import ObserverProcess
from suite.measure.system_reading import SystemReading
from suite.process.piping import PipeEnd


def test_one_that_is_frozen_amid_a_reading_is_not_waited_for() -> None:
    """It was waited for without end, and the round with it; what it read before counts."""
    ours, theirs = multiprocess.Pipe()
    with ours, theirs:
        observer = ObserverProcess.__new__(ObserverProcess)
        observer._pipe, observer._readings, observer.died = PipeEnd(ours), [], False
        read = SystemReading(0, "beside", 1, 2)
        theirs.send(read)
        os.write(theirs.fileno(), b"\0\0\1\0half of it")
        assert not observer._hear("finish", 0.05)
        assert observer._readings == [read]
        assert not observer.died
