"""The gateway: Success means stored; what can't be stored is refused; the queue survives everything."""

import asyncio
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

import psutil
import pytest
import uvloop
from pynetdicom import AE
from typer.testing import CliRunner

from suite.clients.dicom import Association, AssociationRejected, OutOfResources, StoreFailed
from suite.clients.dicom.store_node import LIMIT_EXCEEDED
from suite.data.ct import CT_IMAGE_STORAGE, EXPLICIT_LITTLE_ENDIAN, ct
from suite.process.port import claim_port
from suite.reference.dicom import destination, files
from suite.reference.dicom.__main__ import app
from suite.reference.dicom.gateway import FOLDER, FSYNC, gateway
from suite.reference.dicom.models import FAILED, QUEUED, SENT, Delivery, StoredInstance
from suite.reference.dicom.pool import PoolExhausted
from suite.reference.dicom.route import Destination
from suite.reference.dicom.scp import SUCCESS, StoreScp, listening_socket
from suite.reference.dicom.slots import AssociationSlots
from suite.reference.dicom.store import Added, Store

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
    with contextlib.closing(Store.look(directory)) as store:
        return store.instances(*columns)


def deliveries(directory, *columns):
    with contextlib.closing(Store.look(directory)) as store:
        return store.deliveries(*columns)


def until(condition, seconds=20.0):
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "it never came true"
        time.sleep(0.02)


def stored(directory):
    return sorted(path.name for path in (directory / FOLDER).iterdir())


# One process


@pytest.mark.parametrize("fsync", FSYNC)
def test_success_means_file_and_row(tmp_path, fsync):
    with gateway(tmp_path, 0, fsync=fsync) as scp:
        assert send(scp.port) == [0] * 4
        for uid in UIDS:
            assert files.read(tmp_path / FOLDER / f"{uid}.dcm").dataset == TEMPLATE.instance(uid)
        assert rows(tmp_path, StoredInstance.uid) == [(uid,) for uid in UIDS]
        assert deliveries(tmp_path, Delivery.id) == []
        ((size, path),) = rows(tmp_path, StoredInstance.size, StoredInstance.path)[:1]
        assert Path(path).stat().st_size == size


def test_an_instance_that_comes_again_is_stored_once(tmp_path):
    with gateway(tmp_path, 0) as scp:
        assert send(scp.port, [UIDS[0], UIDS[0]]) == [0, 0]
    assert stored(tmp_path) == [f"{UIDS[0]}.dcm"]
    assert rows(tmp_path, StoredInstance.uid) == [(UIDS[0],)]


@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EIO])
def test_a_full_or_failing_disk_is_out_of_resources_and_leaves_nothing(tmp_path, monkeypatch, number):
    def full(file, parts):
        raise OSError(number, os.strerror(number))

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

    def fail(self, *rows, **queue):
        raise error

    with gateway(tmp_path, 0) as scp:
        with monkeypatch.context() as patch:
            patch.setattr(Store, "add", fail)
            assert send(scp.port, UIDS[:1]) == [status]
        assert stored(tmp_path) == []
        assert send(scp.port, UIDS[:1]) == [0]


def test_an_instance_that_comes_again_and_fails_stays_as_it_was(tmp_path, monkeypatch):
    def fail(self, *rows, **queue):
        raise RuntimeError("a fault")

    with gateway(tmp_path, 0) as scp:
        assert send(scp.port, UIDS[:1]) == [0]
        monkeypatch.setattr(Store, "add", fail)
        assert send(scp.port, UIDS[:1]) == [0xC211]
    assert files.read(tmp_path / FOLDER / f"{UIDS[0]}.dcm").dataset == TEMPLATE.instance(UIDS[0])


def test_a_quota_refuses_what_does_not_fit_and_holds_after_a_restart(tmp_path):
    head = files.header(TEMPLATE.sop_class, UIDS[0], TEMPLATE.transfer_syntax)
    two = 2 * (len(head) + len(TEMPLATE))
    with gateway(tmp_path, 0, quota=two) as scp:
        assert send(scp.port) == [0, 0, 0xA700, 0xA700]
    with gateway(tmp_path, 0, quota=two) as scp:
        assert send(scp.port, UIDS[3:]) == [0xA700]
    assert stored(tmp_path) == sorted(f"{uid}.dcm" for uid in UIDS[:2])
    assert rows(tmp_path, StoredInstance.uid) == [(uid,) for uid in UIDS[:2]]


def test_what_nobody_was_told_of_is_gone_after_a_restart(tmp_path):
    with gateway(tmp_path, 0) as scp:
        assert send(scp.port, UIDS[:1]) == [0]
    for left in ("1.2.3.dcm", f"1.2.4.dcm.7.0{files.PART}"):
        (tmp_path / FOLDER / left).write_bytes(b"half")
    with gateway(tmp_path, 0):
        assert stored(tmp_path) == [f"{UIDS[0]}.dcm"]


def test_an_fsync_that_is_none_is_refused(tmp_path):
    with pytest.raises(ValueError, match="fsync is one of none, db, fsync, not 'always'"):
        gateway(tmp_path, 0, fsync="always").__enter__()


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
        error = uvloop.run(main(scp.port))
        assert (error.result, error.source, error.reason) == LIMIT_EXCEEDED


def test_the_gateway_answers_an_echo(tmp_path):
    with gateway(tmp_path, 0) as scp:
        entity = AE()
        entity.add_requested_context("1.2.840.10008.1.1")
        association = entity.associate("127.0.0.1", scp.port)
        assert association.send_c_echo().Status == 0
        association.release()


# The queue


@contextlib.contextmanager
def arriving(folder, port=0, answer=lambda request: SUCCESS):
    got = {}

    def handle(request):
        status = answer(request)
        if status == SUCCESS:
            got.setdefault(request.uid, []).append(bytes(request.dataset))
        return status

    slots = contextlib.closing(AssociationSlots(folder / f"slots-{id(got)}", 8))
    with slots as some, StoreScp(handle, listening_socket(port), title="DEST", slots=some) as scp:
        yield scp.port, got


def test_all_is_forwarded_with_the_bytes_that_came(tmp_path):
    with arriving(tmp_path) as (port, got), gateway(tmp_path, 0, [Destination("127.0.0.1", port)]) as scp:
        assert send(scp.port) == [0] * 4
        until(lambda: deliveries(tmp_path, Delivery.state) == [(SENT,)] * 4)
        assert got == {uid: [TEMPLATE.instance(uid)] for uid in UIDS}
        for accepted, sent in deliveries(tmp_path, StoredInstance.accepted_at, Delivery.sent_at):
            assert 0 < accepted < sent <= time.monotonic_ns()


def test_what_the_destination_refuses_is_tried_again(tmp_path):
    refusals = iter([0xA700, 0xC211, 0xA700])
    answer = lambda request: next(refusals, SUCCESS)  # noqa: E731
    with (
        arriving(tmp_path, answer=answer) as (port, got),
        gateway(tmp_path, 0, [Destination("127.0.0.1", port)], backoff=0.01) as scp,
    ):
        assert send(scp.port) == [0] * 4
        until(lambda: deliveries(tmp_path, Delivery.state) == [(SENT,)] * 4)
        assert sorted(got) == sorted(UIDS)
        assert sum(count for (count,) in deliveries(tmp_path, Delivery.attempts)) == 3


def test_what_is_refused_too_often_is_given_up(tmp_path):
    answer = lambda request: 0xC211 if request.uid == UIDS[1] else SUCCESS  # noqa: E731
    peer = arriving(tmp_path, answer=answer)
    with (
        peer as (port, got),
        gateway(tmp_path, 0, [Destination("127.0.0.1", port)], backoff=0.01, attempts=3) as scp,
    ):
        assert send(scp.port) == [0] * 4
        until(lambda: deliveries(tmp_path, Delivery.state) == [(SENT,), ("failed",), (SENT,), (SENT,)])
        ((attempts, error),) = deliveries(tmp_path, Delivery.attempts, Delivery.error)[1:2]
        assert attempts == 3
        assert "0xC211" in error
        assert UIDS[1] not in got


def test_a_destination_that_is_down_gets_all_when_it_is_up(tmp_path, capfd):
    port = claim_port()
    with gateway(tmp_path, 0, [Destination("127.0.0.1", port)], backoff=0.05) as scp:
        assert send(scp.port) == [0] * 4
        until(lambda: "can't be reached, later again" in capfd.readouterr().err)
        assert {count for (count,) in deliveries(tmp_path, Delivery.attempts)} == {0}
        assert deliveries(tmp_path, Delivery.state) == [(QUEUED,)] * 4
        with arriving(tmp_path, port) as (_, got):
            until(lambda: deliveries(tmp_path, Delivery.state) == [(SENT,)] * 4)
            assert sorted(got) == sorted(UIDS)


def test_each_of_several_destinations_gets_all_whatever_becomes_of_the_others(tmp_path):
    with arriving(tmp_path) as (one, got), arriving(tmp_path, answer=lambda _: 0xC211) as (other, nothing):
        places = [Destination("127.0.0.1", one), Destination("127.0.0.1", other, "OTHER")]
        with gateway(tmp_path, 0, places, backoff=0.01, attempts=2) as scp:
            assert send(scp.port) == [0] * 4
            wanted = [(str(places[0]), SENT), (str(places[1]), FAILED)] * 4
            until(lambda: deliveries(tmp_path, Delivery.destination, Delivery.state) == wanted)
    assert sorted(got) == sorted(UIDS)
    assert nothing == {}


def test_what_is_forwarded_is_in_the_syntax_that_it_came_in(tmp_path):
    syntaxes = ["1.2.840.10008.1.2", "1.2.840.10008.1.2.4.90", EXPLICIT_LITTLE_ENDIAN]

    async def main(port):
        contexts = [(CT_IMAGE_STORAGE, syntax) for syntax in syntaxes]
        association = await Association.connect("127.0.0.1", port, contexts=contexts, timeout=30)
        for uid, syntax in zip(UIDS, syntaxes, strict=False):
            await association.send(CT_IMAGE_STORAGE, uid, syntax.encode(), syntax)
        await association.release()

    came = []

    def answer(request):
        came.append(request.transfer_syntax)
        return SUCCESS

    with arriving(tmp_path, answer=answer) as (port, got):
        with gateway(tmp_path, 0, [Destination("127.0.0.1", port)]) as scp:
            uvloop.run(main(scp.port))
            until(lambda: deliveries(tmp_path, Delivery.state) == [(SENT,)] * 3)
        assert came == syntaxes
        assert [found for (found,) in got.values()] == [syntax.encode() for syntax in syntaxes]


def test_a_refusal_does_not_change_the_order(tmp_path):
    refusals = iter([SUCCESS, 0xA700, 0xC211])
    with arriving(tmp_path, answer=lambda _: next(refusals, SUCCESS)) as (port, got):
        with gateway(tmp_path, 0, [Destination("127.0.0.1", port)], backoff=0.01) as scp:
            assert send(scp.port) == [0] * 4
            until(lambda: deliveries(tmp_path, Delivery.state) == [(SENT,)] * 4)
        assert list(got) == UIDS


def test_want_of_resources_is_waited_for_and_never_given_up(tmp_path):
    refusals = iter([0xA700] * 4)
    with arriving(tmp_path, answer=lambda _: next(refusals, SUCCESS)) as (port, got):
        with gateway(tmp_path, 0, [Destination("127.0.0.1", port)], backoff=0.005, attempts=2) as scp:
            assert send(scp.port, UIDS[:1]) == [0]
            until(lambda: deliveries(tmp_path, Delivery.state, Delivery.attempts) == [(SENT, 4)])
        assert list(got) == UIDS[:1]


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


@pytest.mark.exhaustive  # the workload that kills one is tried always
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
    assert deliveries(inside, StoredInstance.uid, Delivery.state) == [(uid, QUEUED) for uid in UIDS]
    for uid in UIDS:
        assert files.read(inside / FOLDER / f"{uid}.dcm").dataset == TEMPLATE.instance(uid)

    helper = started("destination", "--directory", outside, "--port", peer)
    until(lambda: answers(peer))
    process = started(*arguments)
    try:
        until(lambda: deliveries(inside, Delivery.state) == [(SENT,)] * 4)
        hashes = {arrival.uid: arrival.sha256 for arrival in destination.arrivals(outside)}
        assert hashes == {uid: hashlib.sha256(TEMPLATE.instance(uid)).hexdigest() for uid in UIDS}
        assert stored(inside) == sorted(f"{uid}.dcm" for uid in UIDS)
    finally:
        codes = [ended(process, signal.SIGTERM), ended(helper, signal.SIGTERM)]
    assert codes == [0, 0]


def test_several_processes_accept_on_one_port_within_one_limit_and_end_with_it(tmp_path):
    port = claim_port()
    process = started(
        "gateway", "--directory", tmp_path, "--port", port, "--acceptors", 2, "--associations", 5
    )

    async def main():
        async def one():
            try:
                return await Association.connect("127.0.0.1", port, instances=TEMPLATE, timeout=60)
            except AssociationRejected as error:
                return error.result, error.source, error.reason

        for _ in range(2):  # a limit that is given back is the same limit again
            found = await asyncio.gather(*(one() for _ in range(9)))
            accepted = [each for each in found if isinstance(each, Association)]
            assert len(accepted) == 5
            assert [each for each in found if each not in accepted] == [LIMIT_EXCEEDED] * 4
            for uid, association in zip([*UIDS, TEMPLATE.uid(1, 0)], accepted, strict=True):
                assert await association.store(uid) == 0
                await association.release()

    try:
        until(lambda: answers(port))
        uvloop.run(main())
        assert len(rows(tmp_path, StoredInstance.uid)) == 5
        acceptors = [child.pid for child in psutil.Process(process.pid).children()]
        assert len(acceptors) == 2
        os.kill(acceptors[0], signal.SIGKILL)
        assert process.wait(30) == 1, "a gateway that lost one of its processes ends, to be started again"
    finally:
        process.kill()
        process.wait()
    until(lambda: not any(psutil.pid_exists(pid) for pid in acceptors))


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


@pytest.mark.parametrize(
    "wrong", ["nowhere", "host:", "host:port", "TITLE-OF-MANY-LETTERS@host:104", "a@b@c:104"]
)
def test_a_destination_that_is_no_address_is_refused(wrong):
    result = CliRunner().invoke(app, ["gateway", "--directory", "x", "--destination", wrong])
    assert result.exit_code == 2
    assert "host:11112" in result.output


def test_dead_letters_are_queued_again_by_hand(tmp_path):
    with contextlib.closing(Store.open(tmp_path)) as store:
        store.add(Added("1.2", "1", "1", "x", 1, 1), destinations=["there"], state=FAILED)
        assert CliRunner().invoke(app, ["requeue", "--directory", str(tmp_path)]).output == "1 queued again\n"
        assert store.counts() == {QUEUED: 1}
