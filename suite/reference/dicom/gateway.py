"""The gateway: C-STORE in, file and rows, queue, C-STORE out. `serve` is what a Server runs."""

from __future__ import annotations

import contextlib
import gc
import os
import signal
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache, partial
from pathlib import Path
from typing import Any

from suite.reference.backend.shared_counters import SharedCounters
from suite.reference.dicom import disk, files
from suite.reference.dicom.acceptors import AcceptorProcesses
from suite.reference.dicom.ending import held
from suite.reference.dicom.forwarder import Forwarder
from suite.reference.dicom.models import StoredInstance
from suite.reference.dicom.news import QueueNews
from suite.reference.dicom.pool import POOL_FIGURES
from suite.reference.dicom.quota import Quota
from suite.reference.dicom.receiver import Receiver
from suite.reference.dicom.route import Destination, Patience
from suite.reference.dicom.scp import StoreScp, listening_socket
from suite.reference.dicom.slots import AssociationSlots
from suite.reference.dicom.store import Store

FOLDER = "instances"
FSYNC = ("none", "db", "fsync")
COUNTERS = "counters"
"""Folder of the figures that the gateway's processes count, see Pool."""
_FORWARDING = 1  # database connections of the forwarder, which is one thread
_SLOTS = "associations.lock"


@dataclass(frozen=True, slots=True)
class RunningGateway:
    """A gateway at its `port`; `failure()` says what became of it, None while all is well."""

    port: int
    failure: Callable[[], str | None]


@contextlib.contextmanager
def gateway(
    directory: Path,
    port: int,
    destinations: Sequence[Destination] = (),
    *,
    acceptors: int = 1,
    associations: int = 32,
    max_pdu: int = 131_072,
    backlog: int = 128,
    pool_size: int = 5,
    pool_overflow: int = 5,
    pool_timeout: float = 5.0,
    fsync: str = "none",
    quota: int = 0,
    lanes: int = 1,
    backoff: float = 0.5,
    attempts: int = 5,
) -> Iterator[RunningGateway]:
    """A running gateway with its files and database in `directory`, which may hold those of a former run.

    What that one left half done is removed, what it had accepted and not forwarded is forwarded now, to
    each of `destinations`; without one, instances are only kept.

    At most `associations` at once are accepted, over all `acceptors`: with more than one each is a process
    with a database pool of its own, else it is this one. P-DATA of up to `max_pdu` bytes are asked for,
    `backlog` connections may wait. The pool has `pool_size` connections, `pool_overflow` more under load,
    and refuses after `pool_timeout` seconds. Before Success, `fsync` puts on the disk: "none", "db" the
    rows, "fsync" the file too. Files have at most `quota` bytes, 0 for any. `lanes` associations
    forward to each destination, see Route; `backoff` and `attempts` are in Patience.
    """
    if fsync not in FSYNC:
        raise ValueError(f"fsync is one of {', '.join(FSYNC)}, not {fsync!r}")
    folder = directory / FOLDER
    folder.mkdir(parents=True, exist_ok=True)
    pool = {
        "size": pool_size, "overflow": pool_overflow, "timeout": pool_timeout, "durable": fsync != "none",
    }  # fmt: skip
    used = _recover(directory, folder)
    counting = _counters(directory / COUNTERS)
    with contextlib.ExitStack() as stack:
        listener = stack.enter_context(listening_socket(port, backlog))
        news = stack.enter_context(contextlib.closing(QueueNews()))
        shared = Quota(quota, used)

        @contextlib.contextmanager
        def accepting() -> Iterator[None]:
            slots = AssociationSlots(directory / _SLOTS, associations)
            opened = Store.open(directory, **pool, shared=counting(os.getpid()))
            with contextlib.closing(slots), contextlib.closing(opened) as store:
                receiver = Receiver(
                    store,
                    folder,
                    destinations=[str(place) for place in destinations],
                    news=news,
                    quota=shared,
                    durable=fsync == "fsync",
                )
                with StoreScp(receiver.handle, listener, title="GATEWAY", slots=slots, max_pdu=max_pdu):
                    yield

        number = listener.getsockname()[1]
        failure: Callable[[], str | None] = lambda: None  # noqa: E731
        if acceptors > 1:
            processes = AcceptorProcesses(acceptors, partial(_accept_until_term, accepting))
            failure = stack.enter_context(processes).ended
        if destinations:
            opened = Store.open(directory, size=_FORWARDING, overflow=0, durable=fsync != "none")
            store = stack.enter_context(contextlib.closing(opened))
            patience = Patience(backoff, attempts)
            forwarder = Forwarder(store, destinations, news, lanes=lanes, patience=patience)
            stack.enter_context(forwarder)
        if acceptors <= 1:
            stack.enter_context(accepting())
        yield RunningGateway(number, failure)


def serve(system: Any, *, queued: int = 0, space: int = 0, **parameters: Any) -> None:  # noqa: ARG001
    """Run a gateway until SIGTERM; parameters as in `gateway`. Its destinations stand beside the system.

    `queued` is how many instances `draining.fill` makes; `space` are the bytes of a disk that has its files
    alone, see `disk.limit`, 0 for none of their own.
    """
    directory = Path(system.directory)
    if space:
        (directory / FOLDER).mkdir(parents=True, exist_ok=True)
        parameters["quota"] = disk.limit(directory / FOLDER, space) or parameters["quota"]
    running = gateway(directory, system.port, destinations_of(system), **parameters)
    run(running, signal.SIGTERM)


def files_of(system: Any) -> Path:
    """Where the files of that system's gateway are, for others to look at while it runs."""
    return disk.seen(system.directory / FOLDER, system.pid)


def destinations_of(system: Any) -> list[Destination]:
    """Where the gateway of that system forwards to."""
    helpers = [system.beside[name] for name in destination_names(system)]
    return [Destination(helper.host, helper.port) for helper in helpers]


def destination_names(system: Any) -> list[str]:
    """Names of the destinations beside a gateway."""
    return [name for name in system.beside if name.startswith("destination")]


def run(running: contextlib.AbstractContextManager[RunningGateway], *ends: signal.Signals) -> None:
    """Run a gateway until one of `ends`. Raises SystemExit if one of its processes ended."""
    import pynetdicom  # noqa: F401  # before there are processes, which then share it

    with held(*ends, signal.SIGCHLD) as wait:
        gc.freeze()
        with running as found:
            while wait() == signal.SIGCHLD:
                if (failure := found.failure()) is not None:
                    raise SystemExit(f"gateway: {failure}")


def _accept_until_term(accepting: Callable[[], contextlib.AbstractContextManager[None]]) -> None:
    with accepting():
        gc.freeze()
        signal.sigwait((signal.SIGTERM, signal.SIGINT))


def _counters(folder: Path) -> Callable[[int], SharedCounters]:
    """Gives the counters of a process, once; what a former run counted is gone, and all names are there."""
    folder.mkdir(exist_ok=True)
    for file in folder.iterdir():
        file.unlink()
    counting = cache(lambda _pid: SharedCounters(folder))
    for name in POOL_FIGURES:
        counting(os.getpid()).add(name, 0)
    return counting


def _recover(directory: Path, folder: Path) -> int:
    """Remove what has no row; bytes of what has one."""
    with contextlib.closing(Store.open(directory, size=1, overflow=0)) as store:
        files.sweep(folder, {path for (path,) in store.instances(StoredInstance.path)})
        return store.size()
