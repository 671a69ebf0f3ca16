"""Scripts that have an agent inside, and what it counts there."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from support.scripts import Script, script

from suite.process import injection
from suite.process.agent_answers import Counts
from suite.process.injection import Injection, Mode, injected

FOLDER = Path(injection.__file__).parent / "injected"


@contextmanager
def running(
    folder: Path, text: str, mode: Mode = "counters", directory: str = "agents"
) -> Iterator[tuple[Injection, Script]]:
    """A script with an agent, and who talks to that. It says "ready" first."""
    with injected(folder / directory, mode) as agents, script(folder, text) as process:
        assert process.says() == "ready"
        yield agents, process


def counts(agents: Injection, pid: int) -> Counts:
    found = agents.mark([pid])[pid]
    assert isinstance(found, Counts), found
    return found


HOARDER = """
    import sys
    kept = []
    print("ready", flush=True)
    for line in sys.stdin:
        kept.extend(object() for _ in range(100))
        kept.append(bytearray(100_000))
        print("kept", flush=True)
"""


FAMILY = """
    import multiprocessing, os, signal, sys, time

    def hoard():
        kept = [object() for _ in range(1000)]
        kept.append(bytearray(300_000))
        return kept

    def child(pipe):
        kept = hoard()
        pipe.send(os.getpid())
        pipe.recv()
        kept += hoard()
        pipe.send("done")
        pipe.recv()

    if __name__ == "__main__":
        pipes = []
        for method in ("fork", "spawn"):
            context = multiprocessing.get_context(method)
            ours, theirs = context.Pipe()
            context.Process(target=child, args=(theirs,)).start()
            pipes.append(ours)
        pids = [pipe.recv() for pipe in pipes]
        kept = hoard()
        print("ready", flush=True)
        print(os.getpid(), *pids, flush=True)
        sys.stdin.readline()
        for pipe in pipes:
            pipe.send("more")
            pipe.recv()
        print("done", flush=True)
        sys.stdin.readline()
        for pipe in pipes:
            pipe.send("enough")
"""
