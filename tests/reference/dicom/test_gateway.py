"""The gateway: Success means stored; what can't be stored is refused; the queue survives everything."""

import contextlib
import errno
import hashlib
import os
import signal
import sqlite3
import subprocess
import sys
import time
from pathlib import Path

import pytest
import uvloop
from pynetdicom import AE

from suite.clients.dicom import Association, AssociationRejected, OutOfResources, StoreFailed
from suite.data.ct import CT_IMAGE_STORAGE, EXPLICIT_LITTLE_ENDIAN, ct
from suite.process.port import claim_port
from suite.reference.dicom import destination, files
from suite.reference.dicom.gateway import FOLDER, gateway
from suite.reference.dicom.models import LOCAL, QUEUED, SENT, StoredInstance
from suite.reference.dicom.pool import PoolExhausted
from suite.reference.dicom.scp import SUCCESS, StoreScp
from suite.reference.dicom.store import Store

TEMPLATE = ct(10_000)
UIDS = [TEMPLATE.uid(0, number) for number in range(4)]


def send(port, uids=UIDS):
    """Send instances over one association; statuses, those of failures included."""

    async def main():
        association = await Association.connect("127.0.0.1", port, instances=TEMPLATE, timeout=30)
        statuses = []
        for uid in uids:
            try:
                statuses.append(await association.store(uid))
            except (OutOfResources, StoreFailed) as error:
                statuses.append(error.status)
        await association.release()
        return statuses

    return uvloop.run(main())


def rows(directory, *columns):
    store = Store.look(directory)
    try:
        return store.rows(*columns)
    finally:
        store.close()


def until(condition, seconds=20.0):
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "it never came true"
        time.sleep(0.02)


def stored(directory):
    return sorted(path.name for path in (directory / FOLDER).iterdir())


# One process


@pytest.mark.parametrize("fsync", [False, True])
def test_success_means_file_and_row(tmp_path, fsync):
    with gateway(tmp_path, 0, fsync=fsync) as scp:
        assert send(scp.port) == [0] * 4
        for uid in UIDS:
            assert files.read(tmp_path / FOLDER / f"{uid}.dcm").dataset == TEMPLATE.instance(uid)
        assert rows(tmp_path, StoredInstance.uid, StoredInstance.state) == [(uid, LOCAL) for uid in UIDS]
        ((size, path),) = rows(tmp_path, StoredInstance.size, StoredInstance.path)[:1]
        assert Path(path).stat().st_size == size


def test_an_instance_that_comes_again_is_stored_once(tmp_path):
    with gateway(tmp_path, 0) as scp:
        assert send(scp.port, [UIDS[0], UIDS[0]]) == [0, 0]
    assert stored(tmp_path) == [f"{UIDS[0]}.dcm"]
    assert rows(tmp_path, StoredInstance.uid) == [(UIDS[0],)]


def test_a_full_disk_is_out_of_resources_and_leaves_nothing(tmp_path, monkeypatch):
    def full(file, parts):
        raise OSError(errno.ENOSPC, "no space left on device")

    with gateway(tmp_path, 0) as scp:
        with monkeypatch.context() as patch:
            patch.setattr(os, "writev", full)
            assert send(scp.port, UIDS[:1]) == [0xA700]
        assert stored(tmp_path) == []
        assert rows(tmp_path, StoredInstance.uid) == []
        assert send(scp.port, UIDS[:1]) == [0]


@pytest.mark.parametrize(
    ("error", "status"),
    [
        (sqlite3.OperationalError("database or disk is full"), 0xA700),
        (PoolExhausted("all 10 database connections stayed in use"), 0xA700),
        (RuntimeError("a fault"), 0xC211),
    ],
)
def test_a_row_that_can_not_be_written_takes_its_file_along(tmp_path, monkeypatch, error, status):
    from sqlalchemy.exc import OperationalError

    if isinstance(error, sqlite3.Error):
        error = OperationalError("insert", {}, error)

    def fail(self, **row):
        raise error

    with gateway(tmp_path, 0) as scp:
        with monkeypatch.context() as patch:
            patch.setattr(Store, "add", fail)
            assert send(scp.port, UIDS[:1]) == [status]
        assert stored(tmp_path) == []
        assert send(scp.port, UIDS[:1]) == [0]


@pytest.mark.filterwarnings("ignore:Invalid value for VR UI:UserWarning")
@pytest.mark.parametrize("uid", ["../../escape", "1.2/3", "..", "letters"])
def test_a_uid_that_is_none_is_refused(tmp_path, uid):
    async def main(port):
        association = await Association.connect(
            "127.0.0.1", port, contexts=[(CT_IMAGE_STORAGE, EXPLICIT_LITTLE_ENDIAN)], timeout=20
        )
        with pytest.raises(StoreFailed) as caught:
            await association.send(CT_IMAGE_STORAGE, uid, TEMPLATE.dataset)
        await association.release()
        return caught.value.status

    with gateway(tmp_path / "inside", 0) as scp:
        assert uvloop.run(main(scp.port)) == 0xC000
    assert stored(tmp_path / "inside") == []
    assert [path.name for path in tmp_path.iterdir()] == ["inside"]


def test_associations_beyond_the_limit_are_refused(tmp_path):
    async def main(port):
        connect = lambda: Association.connect("127.0.0.1", port, instances=TEMPLATE, timeout=30)  # noqa: E731
        first, second = await connect(), await connect()
        with pytest.raises(AssociationRejected) as caught:
            await connect()
        assert await first.store(UIDS[0]) == await second.store(UIDS[1]) == 0
        await first.release()
        await second.release()
        return caught.value

    with gateway(tmp_path, 0, associations=2) as scp:
        assert uvloop.run(main(scp.port)).transient


def test_the_gateway_answers_an_echo(tmp_path):
    with gateway(tmp_path, 0) as scp:
        entity = AE()
        entity.add_requested_context("1.2.840.10008.1.1")
        association = entity.associate("127.0.0.1", scp.port)
        assert association.send_c_echo().Status == 0
        association.release()


# The queue


@contextlib.contextmanager
def arriving(port=0, answer=lambda request: SUCCESS):
    got = {}

    def handle(request):
        status = answer(request)
        if status == SUCCESS:
            got.setdefault(request.uid, []).append(bytes(request.dataset))
        return status

    with StoreScp(handle, port=port, title="DEST") as scp:
        yield scp.port, got


def test_all_is_forwarded_with_the_bytes_that_came(tmp_path):
    with arriving() as (port, got), gateway(tmp_path, 0, ("127.0.0.1", port)) as scp:
        assert send(scp.port) == [0] * 4
        until(lambda: rows(tmp_path, StoredInstance.state) == [(SENT,)] * 4)
        assert got == {uid: [TEMPLATE.instance(uid)] for uid in UIDS}
        for accepted, sent in rows(tmp_path, StoredInstance.accepted_at, StoredInstance.sent_at):
            assert 0 < accepted < sent <= time.monotonic_ns()


def test_what_the_destination_refuses_is_tried_again(tmp_path):
    refusals = iter([0xA700, 0xC211, 0xA700])
    answer = lambda request: next(refusals, SUCCESS)  # noqa: E731
    with (
        arriving(answer=answer) as (port, got),
        gateway(tmp_path, 0, ("127.0.0.1", port), backoff=0.01) as scp,
    ):
        assert send(scp.port) == [0] * 4
        until(lambda: rows(tmp_path, StoredInstance.state) == [(SENT,)] * 4)
        assert sorted(got) == sorted(UIDS)
        assert sum(count for (count,) in rows(tmp_path, StoredInstance.attempts)) == 3


def test_what_is_refused_too_often_is_given_up(tmp_path):
    answer = lambda request: 0xC211 if request.uid == UIDS[1] else SUCCESS  # noqa: E731
    peer = arriving(answer=answer)
    with peer as (port, got), gateway(tmp_path, 0, ("127.0.0.1", port), backoff=0.01, attempts=3) as scp:
        assert send(scp.port) == [0] * 4
        until(lambda: rows(tmp_path, StoredInstance.state) == [(SENT,), ("failed",), (SENT,), (SENT,)])
        ((attempts, error),) = rows(tmp_path, StoredInstance.attempts, StoredInstance.error)[1:2]
        assert attempts == 3
        assert "0xC211" in error
        assert UIDS[1] not in got


def test_a_destination_that_is_down_gets_all_when_it_is_up(tmp_path):
    port = claim_port()
    with gateway(tmp_path, 0, ("127.0.0.1", port), backoff=0.05) as scp:
        assert send(scp.port) == [0] * 4
        until(lambda: all(count for (count,) in rows(tmp_path, StoredInstance.attempts)))
        assert rows(tmp_path, StoredInstance.state) == [(QUEUED,)] * 4
        with arriving(port) as (_, got):
            until(lambda: rows(tmp_path, StoredInstance.state) == [(SENT,)] * 4)
            assert sorted(got) == sorted(UIDS)


# Processes of its own


def started(*arguments):
    return subprocess.Popen([sys.executable, "-m", "suite.reference.dicom", *map(str, arguments)])


def answers(port):
    import socket

    with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), 1):
        return True
    return False


def ended(process, number):
    process.send_signal(number)
    return process.wait(30)


def test_a_killed_gateway_keeps_what_it_accepted_and_forwards_it_later(tmp_path):
    inside, outside = tmp_path / "gateway", tmp_path / "destination"
    port, peer = claim_port(), claim_port()
    arguments = ("gateway", "--directory", inside, "--port", port, "--destination", f"127.0.0.1:{peer}")
    process = started(*arguments)
    try:
        until(lambda: answers(port))
        assert send(port) == [0] * 4
    finally:
        assert ended(process, signal.SIGKILL) == -signal.SIGKILL
    (inside / FOLDER / f"1.2.3.dcm{files.PART}").write_bytes(b"half")
    assert rows(inside, StoredInstance.uid, StoredInstance.state) == [(uid, QUEUED) for uid in UIDS]
    for uid in UIDS:
        assert files.read(inside / FOLDER / f"{uid}.dcm").dataset == TEMPLATE.instance(uid)

    helper = started("destination", "--directory", outside, "--port", peer)
    process = started(*arguments)
    try:
        until(lambda: rows(inside, StoredInstance.state) == [(SENT,)] * 4)
        hashes = {arrival.uid: arrival.sha256 for arrival in destination.arrivals(outside)}
        assert hashes == {uid: hashlib.sha256(TEMPLATE.instance(uid)).hexdigest() for uid in UIDS}
        assert stored(inside) == sorted(f"{uid}.dcm" for uid in UIDS)
    finally:
        codes = [ended(process, signal.SIGTERM), ended(helper, signal.SIGTERM)]
    assert codes == [0, 0]


@pytest.mark.load
@pytest.mark.parametrize("connected", [False, True])
def test_sigterm_ends_a_gateway_within_a_second(tmp_path, connected):
    port = claim_port()
    process = started("gateway", "--directory", tmp_path, "--port", port)
    try:
        until(lambda: answers(port))

        async def main():
            association = await Association.connect("127.0.0.1", port, instances=TEMPLATE)
            await association.store(UIDS[0])
            begun = time.monotonic()
            process.terminate()
            while process.poll() is None:
                time.sleep(0.005)
            association.abort()
            await association.release()
            return time.monotonic() - begun

        if connected:
            seconds = uvloop.run(main())
        else:
            begun = time.monotonic()
            process.terminate()
            process.wait(30)
            seconds = time.monotonic() - begun
    finally:
        process.kill()
        process.wait()
    assert process.returncode == 0
    assert seconds < 1.0


def test_a_destination_that_is_no_address_is_refused():
    process = subprocess.run(
        [
            sys.executable,
            "-m",
            "suite.reference.dicom",
            "gateway",
            "--directory",
            "x",
            "--destination",
            "nowhere",
        ],
        capture_output=True,
        text=True,
        check=False,
    )
    assert process.returncode == 2
    assert "host:11112" in process.stderr
