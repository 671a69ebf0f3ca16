"""What must be true of the gateway after a round, and what its queue did."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, closing
from typing import Any

import numpy as np

from suite import Remote, Row
from suite.reference.backend.shared_counters import sums_in
from suite.reference.dicom import destination, disk, files
from suite.reference.dicom.gateway import COUNTERS, FOLDER, destination_names, files_of
from suite.reference.dicom.models import FAILED, QUEUED, SENT, Delivery, StoredInstance
from suite.reference.dicom.sender import SentInstance, files_not_sent, sent
from suite.reference.dicom.store import Store

FORWARD = "forward"
_REMOTE = "not checked: this gateway runs elsewhere, its files and database can't be read"
_DRAIN_SECONDS = 30.0


def every_instance_is_on_disk(system: Any, kept: Sequence[Any], recording: Any) -> str:
    """Each instance answered Success is a file whose dataset has the bytes that were sent."""
    if isinstance(system, Remote):
        return _REMOTE
    folder = files_of(system)

    def fault(instance: SentInstance) -> str | None:
        path = folder / f"{instance.uid()}.dcm"
        try:
            found = files.read(path)
        except (OSError, ValueError) as error:
            return str(error)
        return None if found.dataset == instance.dataset() else f"{path.name} differs from what was sent"

    return _all_of(kept, recording, fault, "on disk, byte for byte")


def every_instance_has_its_row(system: Any, kept: Sequence[Any], recording: Any) -> str:
    """Each instance answered Success has its row in the database."""
    if isinstance(system, Remote):
        return _REMOTE
    with _store(system) as store:
        rows = dict(tuple(row) for row in store.instances(StoredInstance.uid, StoredInstance.path))

    def fault(instance: SentInstance) -> str | None:
        uid = instance.uid()
        if uid not in rows:
            return f"no row for {uid}"
        return None if rows[uid].endswith(f"{uid}.dcm") else f"the row of {uid} points to {rows[uid]}"

    return _all_of(kept, recording, fault, "in the database")


def every_instance_arrived(system: Any, kept: Sequence[Any], recording: Any) -> str:
    """Each instance answered Success arrived at every destination with the bytes that were sent.

    One may come again, after a crash: it is told by its UID, and has the same bytes then too.
    """
    if isinstance(system, Remote):
        return _REMOTE
    _wait_until_forwarded(system)
    texts = []
    for name in destination_names(system):
        came = destination.arrivals(system.beside[name].directory)
        hashes: dict[str, set[str]] = {}
        for arrival in came:
            hashes.setdefault(arrival.uid, set()).add(arrival.sha256)

        def fault(instance: SentInstance, hashes: dict[str, set[str]] = hashes) -> str | None:
            uid = instance.uid()
            if uid not in hashes:
                return f"{uid} did not arrive"
            same = hashes[uid] == {hashlib.sha256(instance.dataset()).hexdigest()}
            return None if same else f"{uid} arrived with other bytes"

        again = len(came) - len(hashes)
        text = _all_of(kept, recording, fault, f"at the {name}, hashes equal")
        texts.append(text + (f", {again} came again" if again else ""))
    return "; ".join(texts)


def none_was_lost_or_refused(system: Any, kept: Sequence[Any], recording: Any) -> str:
    """Every instance that was due was sent and answered Success."""
    counts = recording.loop_only().counts()
    due = sum(counts.values())
    bad = {name: count for name, count in counts.items() if count and name != "ok"}
    assert due, "nothing was due"
    assert not bad, f"{due - counts['ok']} of {due}: " + ", ".join(f"{n} {name}" for name, n in bad.items())
    text, first = f"{due} of {due}", next(sent(kept), None)
    if first is None:
        return text
    if isinstance(system, Remote):
        text += f"; they are there now, SOP Instance UIDs {first.uid()[:-16]}*"
    skipped = files_not_sent(first.data, first.seed)
    return text + (f"; not sent: {'; '.join(skipped)}" if skipped else "")


def forwards(system: Any) -> Iterator[Row]:
    """The way of each instance from Success to its sender until Success from the destination.

    Waits up to 30 s until the queue is empty; what is queued then is unfinished.
    """
    if isinstance(system, Remote):
        return
    _wait_until_forwarded(system)
    with _store(system) as store:
        rows = store.deliveries(Delivery.state, Delivery.queued_at, Delivery.sent_at)
    for state, queued_at, sent_at in rows:
        outcome = {SENT: "ok", FAILED: "failed"}.get(state, "unfinished")
        yield Row(FORWARD, queued_at, queued_at, sent_at or 0, outcome)


def what_was_refused_left_nothing(system: Any, kept: Sequence[Any], recording: Any) -> str:
    """Some were refused for want of room; what is there was answered Success, and has its row."""
    if isinstance(system, Remote):
        return _REMOTE
    counts = recording.of("store").counts()
    assert counts["rejected"], "nothing was refused: less space or a longer load is needed"
    assert counts["ok"], "nothing was accepted"
    others = {name: n for name, n in counts.items() if n and name not in ("ok", "rejected")}
    assert not others, f"a full disk should refuse, and nothing else: {others}"
    with _store(system) as store:
        rows = {uid for (uid,) in store.instances(StoredInstance.uid)}
    there = {path.name.removesuffix(".dcm") for path in files_of(system).iterdir()}
    accepted = {instance.uid() for instance in sent(kept)}
    assert there == rows == accepted, (
        f"{len(accepted)} were answered Success, {len(there)} files and {len(rows)} rows are there"
    )
    text = f"{len(there)} files and rows for {counts['ok']} answers; {counts['rejected']} refused"
    by = disk.kind(system.directory / FOLDER)
    return f"{text} by {by}" if by else text


def figures(system: Any) -> dict[str, float]:
    """What the gateway's processes count, read while load runs, and whether that can be seen at all.

    Nothing can be seen of one that runs elsewhere, or has just been killed.
    """
    folder = system.directory / COUNTERS
    seen = folder.exists()
    return {"db_pool_visible": float(seen)} | (sums_in(folder) if seen else {})


def queue_peak(system: Any, kept: Sequence[Any], recording: Any) -> float | None:  # noqa: ARG001
    """Most instances that waited to be forwarded at one time."""
    rows = recording.of(FORWARD)
    if not len(rows):
        return None
    ended = rows.finished[rows.finished > 0]
    times = np.concatenate([rows.started, ended])
    steps = np.concatenate([np.ones(len(rows), int), -np.ones(len(ended), int)])
    return float(np.cumsum(steps[np.argsort(times, kind="stable")]).max())


def _store(system: Any) -> AbstractContextManager[Store]:
    return closing(Store.look(system.directory))


def _wait_until_forwarded(system: Any) -> None:
    end = time.monotonic() + _DRAIN_SECONDS
    with _store(system) as store:
        while store.counts().get(QUEUED) and time.monotonic() < end:
            time.sleep(0.05)


def _all_of(
    kept: Sequence[Any], recording: Any, fault: Callable[[SentInstance], str | None], where: str
) -> str:
    """Raise AssertionError unless every instance answered Success is without fault."""
    accepted = list(sent(kept))
    ok = recording.of("store").counts()["ok"]
    assert accepted, "no instance was answered Success: there is nothing to check"
    assert len(accepted) >= ok, f"{ok} operations were ok, but only {len(accepted)} instances were kept"
    faults = [text for text in map(fault, accepted) if text is not None]
    assert not faults, f"{len(faults)} of {len(accepted)} are not {where}; the first: {faults[0]}"
    return f"{len(accepted)} of {len(accepted)} {where}"
