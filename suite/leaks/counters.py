"""What the processes of a system hold at a quiet moment."""

from __future__ import annotations

from dataclasses import replace

from suite.leaks.verdict import Marks, Reading
from suite.measure import proc
from suite.process.agent_answers import Counts
from suite.process.injection import Injection
from suite.records.reason import Reason


class LeakCounters:
    """Reads all processes at once.

    `notes` say what could not be read, by kind, once each; `python`: whether any process answered.
    """

    def __init__(self, injection: Injection) -> None:
        self._injection = injection
        self.notes: dict[str, Reason] = {}
        self.python = False

    def read(self, pids: list[int]) -> Marks:
        """Collect garbage in every process, then count.

        A process that does not answer is read from outside, as one that isn't Python.
        """
        answers = self._injection.mark(pids)
        return {pid: self._reading(pid, answers.get(pid, "it has ended")) for pid in pids}

    def _reading(self, pid: int, answer: Counts | str) -> Reading:
        reading = _things(pid)
        try:
            held = proc.held(pid)
        except OSError as error:
            why = error.strerror or str(error)
            self.notes.setdefault("memory", Reason("memory_unreadable", {"error": why}))
            held = None
        if held is not None:
            reading = replace(reading, resident=float(held.resident))
        if isinstance(answer, str):
            if held is not None:  # it has not just ended
                self.notes.setdefault(answer, Reason("no_answer", {"process": pid, "error": answer}))
            return replace(reading, python=False)
        self.python = True
        malloc = None if answer.malloc is None else float(answer.malloc)
        return replace(reading, blocks=float(answer.blocks), malloc=malloc, caches=answer.caches)


def _things(pid: int) -> Reading:
    """Descriptors, sockets and threads of a process; nothing where we may not look, or it has ended."""
    nothing = Reading(None, None, None)
    try:
        stat = proc.stat(pid)
        if stat is None or stat.zombie:
            return nothing
        return replace(
            nothing, descriptors=proc.descriptors(pid), sockets=proc.sockets(pid), threads=stat.threads
        )
    except OSError:
        return nothing
