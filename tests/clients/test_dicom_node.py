"""The node that takes C-STORE, asked by our client and by pynetdicom; test_dicom_node_peers.py has others."""

from __future__ import annotations

import asyncio
import dataclasses
import hashlib
import ssl
from typing import Any

import pytest
import uvloop
from pydicom import dcmread
from pydicom.dataset import FileMetaDataset
from pydicom.filebase import DicomBytesIO
from pydicom.uid import UID
from pynetdicom import AE
from support.certificates import certificate

from suite.clients.dicom import (
    Association,
    AssociationAborted,
    AssociationRejected,
    ContextRefused,
    PhaseTimeout,
    ReceivedInstance,
    StoreFailed,
    StoreNode,
)
from suite.clients.dicom.dimse import VERIFICATION
from suite.clients.errors import ClientError, ProtocolError, TlsFailed
from suite.data.ct import CT_IMAGE_STORAGE, EXPLICIT_LITTLE_ENDIAN, MODALITIES, ct

TEMPLATE = ct(4_000)
UIDS = [TEMPLATE.uid(0, number) for number in range(3)]
IMPLICIT = "1.2.840.10008.1.2"


def connect(node, **options: Any):
    merged: dict[str, Any] = {"instances": TEMPLATE, "timeout": 60} | options
    return Association.connect("127.0.0.1", node.port, **merged)


def keeping(got, status=0):
    """A handle that keeps what came, and answers `status`."""

    def handle(instance):
        got.append(instance)
        return status

    return handle


def with_node(act, *arguments, **options):
    """What `await act(node)` returns."""

    async def main():
        async with StoreNode(*arguments, **options) as node:
            return await act(node)

    return uvloop.run(main())


def test_what_was_sent_is_what_came_and_nothing_is_kept_without_a_handle():
    got: list[ReceivedInstance] = []

    async def act(node):
        association = await connect(node, calling="SENDER")
        assert [await association.store(uid) for uid in UIDS] == [0] * 3
        await association.release()
        return node.received

    assert with_node(act, keeping(got)) == with_node(act) == 3
    assert [hashlib.sha256(one.dataset).digest() for one in got] == [
        hashlib.sha256(TEMPLATE.instance(uid)).digest() for uid in UIDS
    ]
    assert {(one.sop_class, one.transfer_syntax, one.calling) for one in got} == {
        (CT_IMAGE_STORAGE, EXPLICIT_LITTLE_ENDIAN, "SENDER")
    }


def test_pynetdicom_talks_to_it():
    got = []

    async def act(node):
        def scu():
            entity = AE()
            entity.add_requested_context(VERIFICATION)
            entity.add_requested_context(CT_IMAGE_STORAGE, [IMPLICIT, EXPLICIT_LITTLE_ENDIAN])
            entity.add_requested_context("1.2.840.10008.5.1.4.1.2.2.1")  # a query, not storage
            entity.add_requested_context("1.2.3")
            association = entity.associate("127.0.0.1", node.port)
            contexts = {
                str(cx.abstract_syntax): str(cx.transfer_syntax[0]) for cx in association.accepted_contexts
            }
            found.append((association.send_c_echo().Status, contexts))
            instance = dcmread(DicomBytesIO(TEMPLATE.instance(UIDS[0])), force=True)
            instance.file_meta = FileMetaDataset()
            instance.file_meta.TransferSyntaxUID = UID(EXPLICIT_LITTLE_ENDIAN)
            found.append(association.send_c_store(instance).Status)
            association.release()

        found: list = []
        await asyncio.to_thread(scu)
        return found

    (echoed, contexts), stored = with_node(act, keeping(got, 0xB000), syntaxes=[EXPLICIT_LITTLE_ENDIAN])
    assert echoed == 0
    assert contexts[CT_IMAGE_STORAGE] == EXPLICIT_LITTLE_ENDIAN
    assert sorted(contexts) == [VERIFICATION, CT_IMAGE_STORAGE]
    assert stored == 0xB000
    assert got[0].uid == UIDS[0]


def test_an_echo_is_answered():
    async def act(node):
        association = await connect(node, contexts=[(VERIFICATION, IMPLICIT)])
        statuses = [await association.echo(), await association.store(UIDS[0]), await association.echo()]
        await association.release()
        return statuses

    assert with_node(act) == [0, 0, 0]


def test_an_instance_goes_in_the_syntax_that_it_is_in():
    got = []

    async def act(node):
        both = [(CT_IMAGE_STORAGE, IMPLICIT), (CT_IMAGE_STORAGE, EXPLICIT_LITTLE_ENDIAN)]
        association = await connect(node, instances=None, contexts=both)
        for syntax in (EXPLICIT_LITTLE_ENDIAN, IMPLICIT, ""):
            await association.send(CT_IMAGE_STORAGE, UIDS[0], b"data", syntax)
        with pytest.raises(ProtocolError, match=r"no presentation context for .* in 1\.2\.3"):
            await association.send(CT_IMAGE_STORAGE, UIDS[0], b"data", "1.2.3")
        await association.release()

    with_node(act, keeping(got))
    assert [one.transfer_syntax for one in got] == [EXPLICIT_LITTLE_ENDIAN, IMPLICIT, IMPLICIT]


def test_several_templates_share_an_association_and_what_is_refused_of_them_is_told():
    got = []
    magnetic, other = ct(5_000, modality="MR"), dataclasses.replace(TEMPLATE, transfer_syntax="1.2.3")

    async def act(node):
        association = await connect(node, instances=[TEMPLATE, magnetic, other])
        assert await association.store(UIDS[0]) == 0
        assert await association.store(UIDS[1], 1) == 0
        with pytest.raises(ContextRefused, match=r"in 1\.2\.3 \(result 4: transfer syntax not supported\)"):
            await association.store(UIDS[2], 2)
        assert await association.store(UIDS[2]) == 0, "the association goes on"
        await association.release()
        with pytest.raises(ContextRefused):
            await connect(node, instances=[other])

    with_node(act, keeping(got), syntaxes=[EXPLICIT_LITTLE_ENDIAN])
    assert [one.sop_class for one in got] == [CT_IMAGE_STORAGE, MODALITIES["MR"], CT_IMAGE_STORAGE]
    assert hashlib.sha256(got[1].dataset).digest() == hashlib.sha256(magnetic.instance(UIDS[1])).digest()


@pytest.mark.parametrize("run", [uvloop.run, asyncio.run])
def test_over_tls_the_same_bytes_come_and_who_is_not_trusted_is_told(tmp_path, run):
    ours = certificate(tmp_path, "IP:127.0.0.1")
    large, got = ct(600_000), []

    async def main():
        async with StoreNode(keeping(got), tls=ours.server()) as node:
            association = await connect(node, instances=large, tls=ours.client())
            assert [await association.store(uid) for uid in UIDS] == [0] * 3
            await association.release()
            with pytest.raises(TlsFailed, match="can't agree on TLS with 127"):
                await connect(node, tls=ssl.create_default_context())
            with pytest.raises(ClientError):
                await connect(node)

    run(main())
    assert [hashlib.sha256(one.dataset).digest() for one in got] == [
        hashlib.sha256(large.instance(uid)).digest() for uid in UIDS
    ]


def test_who_comes_beyond_the_limit_is_refused_and_a_place_is_free_when_it_is_said_to_be():
    async def act(node):
        for _ in range(3):
            first, second = await connect(node), await connect(node)
            with pytest.raises(AssociationRejected) as caught:
                await connect(node)
            assert (caught.value.result, caught.value.source, caught.value.reason) == (2, 3, 2)
            await first.release()
            third = await connect(node)
            await second.release()
            await third.release()

    with_node(act, associations=2)


def test_another_title_is_refused():
    async def act(node):
        with pytest.raises(AssociationRejected, match="1/1/7: called AE title not recognised"):
            await connect(node, called="OTHER")
        await (await connect(node, called="ARCHIVE")).release()

    with_node(act, title="ARCHIVE")


def test_a_handle_may_take_its_time_refuse_abort_and_stay_silent():
    async def handle(instance):
        number = int(instance.uid[-1])
        await asyncio.sleep(0.001)
        if number == 1:
            raise AssociationAborted(2, 0)
        return [0xC000, None, None][number]

    async def act(node):
        association = await connect(node)
        with pytest.raises(StoreFailed, match="0xC000"):
            await association.store(UIDS[0])
        with pytest.raises(AssociationAborted, match="2/0"):
            await association.store(UIDS[1])
        silent = await connect(node, timeout=0.2)
        with pytest.raises(PhaseTimeout, match="store"):
            await silent.store(UIDS[2])

    with_node(act, handle)


def test_a_handle_that_aborts_at_once():
    def handle(instance):
        raise AssociationAborted(0, 0)

    async def act(node):
        with pytest.raises(AssociationAborted, match="service user"):
            await (await connect(node)).store(UIDS[0])

    with_node(act, handle)
