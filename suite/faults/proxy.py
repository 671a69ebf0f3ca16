"""The proxy as the coordinator sees it: a process of its own between parties."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import multiprocess

from suite.errors import WorkerFailed
from suite.process.piping import PipeEnd

if TYPE_CHECKING:
    from suite.faults.proxy_process import FaultStamp, PlannedFault

_PATIENCE = 15.0
_NAME = "the proxy for faults"


class FaultProxy:
    """Started at once, from the main thread; it dies with us. `seed` decides what chance decides.

    All raise WorkerFailed if it does not answer: what load then met was ours.
    """

    def __init__(self, directory: Path, *, seed: int, cores: frozenset[int] | None = None) -> None:
        from suite.faults.proxy_process import serve_ways
        from suite.process.child import start_function

        ours, theirs = multiprocess.Pipe()
        self._pipe = PipeEnd(ours)
        self.child = start_function(
            serve_ways, (seed,), log=directory / "proxy.log", cores=cores, name=_NAME, pipe=theirs
        )
        theirs.close()

    def open(self, party: str, host: str, port: int, *, http: bool = False) -> int:
        """The port that leads to a party at `host` and `port` from now on.

        `http`: faults may choose among its requests.
        """
        found: int = self._ask("open", party, (host, port), http=http)
        return found

    def plan(self, faults: Sequence[PlannedFault]) -> None:
        """Run these when their time comes."""
        self._ask("plan", faults)

    def lift(self) -> list[FaultStamp]:
        """End all faults; what became of them."""
        stamps: list[FaultStamp] = self._ask("lift")
        return stamps

    def check(self) -> None:
        """Raise if it has ended."""
        if not self.child.running():
            raise self._dead()

    def stop(self) -> None:
        """End it; safe to call more than once."""
        self._pipe.close()
        if not self.child.wait(1.0):
            self.child.kill()

    def _ask(self, name: str, *arguments: Any, **options: Any) -> Any:
        try:
            self._pipe.send((name, arguments, options), _PATIENCE)
            answer = self._pipe.receive(_PATIENCE)
        except TimeoutError as error:
            raise WorkerFailed(f"{_NAME} could not {name}: {error}") from error
        except (EOFError, OSError) as error:
            self.child.wait(1.0)
            raise self._dead() from error
        if isinstance(answer, OSError):
            raise WorkerFailed(f"{_NAME} could not {name}: {answer}")
        return answer

    def _dead(self) -> WorkerFailed:
        return WorkerFailed(f"{_NAME} died: {self.child.exit_summary()}")
