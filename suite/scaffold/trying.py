"""Starts what is to be loaded once, and asks each path once: what does not answer well is no operation."""

from __future__ import annotations

import contextlib
import http.client
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from urllib.parse import urlsplit

from suite.contract.command import Command
from suite.contract.remote import Remote
from suite.contract.system import Placement, System
from suite.errors import SystemFailed
from suite.process.identity import round_identity
from suite.process.scratch import scratch_directory
from suite.process.timely import TimelyConnection, TimelyTlsConnection
from suite.scaffold.detect import ready_path
from suite.scaffold.load_subject import LoadSubject, path_calls

_SECONDS = 10.0
_DEADLINE = 120.0
"""Seconds until it is ready: whoever starts it for the first time has nothing compiled yet."""
_MOST = 12
"""Paths that become operations; the others are named in the file."""


def tried(subject: LoadSubject, root: Path, beside: Mapping[str, System]) -> LoadSubject:
    """`subject` with the operations that answer. Helpers in `beside` are started before it.

    Raises SystemFailed if it does not start, or no path answers. Call it from the main thread.
    """
    if subject.kind in ("class", "requests"):  # of these nobody knows what they would change
        return subject
    system: System = Remote(subject.address) if subject.address else _command(subject, beside)
    with _started(system, root, beside):
        if subject.kind == "dicom":
            return subject
        return _asked(subject, system)


def untried(subject: LoadSubject) -> LoadSubject:
    """`subject` with an operation for each path that is known."""
    if subject.kind != "http":
        return subject
    chosen = (
        [path for path in subject.paths if path != subject.ready][:_MOST] or [*subject.paths[:1]] or ["/"]
    )
    return replace(subject, calls=path_calls(chosen))


def _command(subject: LoadSubject, beside: Mapping[str, System]) -> Command:
    env = {"DATABASE_URL": "{database.url}"} if beside else {}
    return Command(
        subject.command, ready=subject.ready or None, cwd=subject.folder or None, env=env, deadline=_DEADLINE
    )


@contextlib.contextmanager
def _started(system: System, root: Path, beside: Mapping[str, System]) -> Iterator[None]:
    with scratch_directory() as scratch, round_identity(scratch), contextlib.ExitStack() as held:
        for name, helper in beside.items():
            held.callback(helper.stop)
            helper.start(Placement(scratch / name, cwd=root))
        system.beside = beside
        system.check()
        held.callback(system.stop)
        system.start(Placement(scratch / "system", cwd=root))
        yield


def _asked(subject: LoadSubject, system: System) -> LoadSubject:
    well: list[str] = []
    left = [*subject.left]
    for path in subject.paths[: 4 * _MOST]:
        try:
            status = _status(system.url, path)
        except (http.client.HTTPException, OSError, ValueError) as error:
            if subject.paths == ("/",) and subject.ours:
                return replace(subject, kind="bytes")
            left.append(f"GET {path}: {type(error).__name__}")
            continue
        if status < 300 and len(well) < _MOST:
            well.append(path)
        else:
            left.append(f"GET {path}" + ("" if status < 300 else f" answered {status}"))
    if not well:
        told = "; ".join(left) or "there is no path"
        raise SystemFailed(
            f"{subject.title}: no path answered well: {told}; name one that does: --path /items"
        )
    ready = ready_path(well)
    left += [f"GET {path}: there are {_MOST} already" for path in subject.paths[4 * _MOST :]]
    chosen = [path for path in well if path != ready] or well
    return replace(subject, ready=ready, calls=path_calls(chosen), left=tuple(left))


def _status(url: str, path: str) -> int:
    parts = urlsplit(url)
    host, port = parts.hostname or "", parts.port
    kind = TimelyTlsConnection if parts.scheme == "https" else TimelyConnection
    connection = kind(host, port, timeout=_SECONDS)
    with contextlib.closing(connection):
        connection.request("GET", path, headers={"accept": "*/*"})
        return connection.getresponse().status
