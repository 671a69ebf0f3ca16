"""The gateway: Success means stored; what can't be stored is refused; the queue survives everything."""

import errno
import os
import sqlite3
from pathlib import Path

import pytest
import uvloop
from pynetdicom import AE
from support.gateways import TEMPLATE, UIDS, deliveries, rows, send, stored

from suite.clients.dicom import Association, AssociationRejected, StoreFailed
from suite.clients.dicom.store_node import LIMIT_EXCEEDED
from suite.data.ct import CT_IMAGE_STORAGE, EXPLICIT_LITTLE_ENDIAN
from suite.reference.dicom import files
from suite.reference.dicom.gateway import FOLDER, FSYNC, gateway
from suite.reference.dicom.models import Delivery, StoredInstance
from suite.reference.dicom.pool import PoolExhausted
from suite.reference.dicom.store import Store


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
