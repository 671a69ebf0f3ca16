"""What the C-STORE client sends, against pynetdicom and scripted peers, and what it makes of answers."""

from __future__ import annotations

import asyncio
from collections import Counter

import pytest
import uvloop
from support.dicom_peers import (
    ACCEPT,
    SMALL,
    Scp,
    accepting,
    against,
    digest,
    message,
    one_store,
    request,
    response,
)

from suite import Rejected, User
from suite.clients.dicom import (
    Association,
    OutOfResources,
    StoreFailed,
    StoreNode,
    pdu,
)
from suite.clients.dicom.dimse import parse_response
from suite.clients.errors import ConnectionEnded, ProtocolError
from suite.contract.user import current_user
from suite.data.ct import CT_IMAGE_STORAGE, EXPLICIT_LITTLE_ENDIAN, ct

RUNNERS = [asyncio.run, uvloop.run]


@pytest.mark.parametrize("runner", RUNNERS)
@pytest.mark.parametrize("max_pdu", [0, 64, 1_000, 16_382, 131_072])
def test_a_real_scp_gets_every_byte(runner, max_pdu):
    template = ct(4_000) if max_pdu == 64 else ct(40_000)

    async def main(port):
        association = await Association.connect("127.0.0.1", port, instances=template, timeout=30)
        assert association.max_pdu == max_pdu
        statuses = [await association.store(template.uid(1, n)) for n in range(3)]
        await association.release()
        return statuses

    with Scp(max_pdu) as scp:
        assert runner(main(scp.port)) == [0, 0, 0]
    uids = [template.uid(1, n) for n in range(3)]
    assert {uid: digest(data) for uid, data in scp.got.items()} == {
        uid: digest(template.instance(uid)) for uid in uids
    }


def test_send_takes_any_dataset_of_an_accepted_context():
    async def main(port):
        association = await Association.connect(
            "127.0.0.1", port, contexts=[(CT_IMAGE_STORAGE, EXPLICIT_LITTLE_ENDIAN)], timeout=10
        )
        assert await association.send(CT_IMAGE_STORAGE, "1.2.3", SMALL.dataset) == 0
        with pytest.raises(ProtocolError, match="no presentation context"):
            await association.send("1.2.840.10008.5.1.4.1.1.4", "1.2.3", SMALL.dataset)
        with pytest.raises(ValueError, match="instances="):
            await association.store("1.2.3")
        await association.release()

    with Scp(16_384) as scp:
        uvloop.run(main(scp.port))
    assert scp.got == {"1.2.3": SMALL.dataset}


@pytest.mark.parametrize(
    ("status", "kind"), [(0xA700, OutOfResources), (0xA7FF, OutOfResources), (0xC211, StoreFailed)]
)
def test_a_failure_status_becomes_its_error_and_the_association_goes_on(status, kind):
    async def client(association):
        with pytest.raises(kind, match=f"0x{status:04X}: full up") as caught:
            await one_store(association)
        assert caught.value.status == status
        assert await one_store(association) == 0

    against(accepting(response(1, status, "full up"), response(2, 0), hold=0.2), client)
    assert issubclass(OutOfResources, Rejected)
    assert not issubclass(StoreFailed, Rejected)


def test_a_warning_is_returned():
    assert against(accepting(response(1, 0xB000)), one_store) == 0xB000


def test_statuses_are_counted_for_the_user_that_connected():
    class Someone(User):
        pass

    user = Someone()
    user._statuses, user._operation = Counter(), "store"

    async def client(association):
        await one_store(association)
        with pytest.raises(OutOfResources):
            await one_store(association)

    token = current_user.set(user)
    try:
        against(accepting(response(1, 0), response(2, 0xA700)), client)
    finally:
        current_user.reset(token)
    assert user._statuses == {("store", "0x0000"): 1, ("store", "0xA700"): 1}


def test_a_response_may_come_byte_by_byte():
    async def talk(reader, writer):
        await request(reader)
        for answer in (ACCEPT, response(1, 0)):
            for byte in answer:
                writer.write(bytes([byte]))
                await writer.drain()
            if answer is ACCEPT:
                await message(reader)

    assert against(talk, one_store) == 0


def test_a_second_request_meanwhile_is_refused():
    async def client(association):
        first = asyncio.create_task(one_store(association))
        await asyncio.sleep(0)
        with pytest.raises(RuntimeError, match="one request at a time"):
            await one_store(association)
        assert await first == 0

    against(accepting(response(1, 0), hold=0.1), client)


def test_an_early_answer_leaves_the_bytes_under_way_alone():
    """A peer that answers before it has read a large instance still gets that instance unharmed."""
    template = ct(8_000_000)
    seen = []

    async def talk(reader, writer):
        await request(reader)
        writer.write(ACCEPT)
        for answer in (response(1, 0xA700), response(2, 0)):
            data, flags = b"", 0
            while flags != 2:
                head = await reader.readexactly(6)
                body = await reader.readexactly(int.from_bytes(head[2:], "big"))
                ((_, flags, fragment),) = pdu.values(body)
                if flags & 1:
                    writer.write(answer)
                    await asyncio.sleep(0.1)  # the client has its answer while most is still to be sent
                else:
                    data += fragment
            seen.append(data)
        writer.close()

    async def main():
        server = await asyncio.start_server(talk, "127.0.0.1", 0, limit=1 << 20)
        port = server.sockets[0].getsockname()[1]
        association = await Association.connect("127.0.0.1", port, instances=template)
        statuses = []
        for number in (1, 2):
            try:
                statuses.append(await association.store(template.uid(0, number)))
            except OutOfResources as error:
                statuses.append(error.status)
        while len(seen) < 2:
            await asyncio.sleep(0.01)
        association.abort()
        await association.release()
        server.close()
        await server.wait_closed()
        return statuses

    assert uvloop.run(main()) == [0xA700, 0]
    sent = [template.instance(template.uid(0, 1)), template.instance(template.uid(0, 2))]
    assert [digest(data) for data in seen] == [digest(data) for data in sent]


def test_success_in_the_words_of_the_last_one_is_known_and_all_else_is_read(monkeypatch):
    read = []

    def reading(command):
        read.append(parse_response(command))
        return read[-1]

    monkeypatch.setattr("suite.clients.dicom.association.parse_response", reading)
    statuses = [0, 0, 0, 0xB000, 0, 0xA700, 0]

    async def client(association):
        found = []
        for number in range(len(statuses)):
            try:
                found.append(await association.store(SMALL.uid(0, number)))
            except OutOfResources as error:
                found.append(error.status)
        return found

    assert (
        against(accepting(*(response(n, status) for n, status in enumerate(statuses, 1))), client) == statuses
    )
    assert [(one.message_id, one.status) for one in read] == [(1, 0), (4, 0xB000), (6, 0xA700)]


@pytest.mark.parametrize(
    "late",
    [response(1, 0), response(3, 0), response(2, 0) + response(2, 0)],
    ids=["the last one", "the next one", "twice"],
)
def test_a_known_answer_to_something_else_is_none(late):
    async def stores(association):  # the second one may have its answer before the rest arrives
        for _ in range(3):
            await one_store(association)

    async def client(association):
        with pytest.raises((ProtocolError, ConnectionEnded), match=r"was not asked|an answer to nothing"):
            await stores(association)
        assert association.closed

    against(accepting(response(1, 0), late, hold=0.2), client)


def test_a_known_answer_may_come_in_pieces_():
    async def talk(reader, writer):
        await request(reader)
        writer.write(ACCEPT)
        for number in (1, 2, 3):
            await message(reader)
            for piece in (response(number, 0)[:6], response(number, 0)[6:]):
                writer.write(piece)
                await asyncio.sleep(0.01)

    async def client(association):
        return [await one_store(association) for _ in range(3)]

    assert against(talk, client) == [0, 0, 0]


@pytest.mark.parametrize("sizes", [[4_000, 700_000, 4_000], [20_000_000, 4_000, 300_000]])
def test_instances_of_any_size_one_after_another_are_kept_apart(sizes):
    got = []
    templates = [ct(size, seed) for seed, size in enumerate(sizes, 1)]
    uids = [template.uid(0, number) for number, template in enumerate(templates)]

    def keep(instance):
        got.append(digest(instance.dataset))
        return 0

    async def main():
        async with StoreNode(keep) as node:
            association = await Association.connect("127.0.0.1", node.port, instances=templates)
            for which, uid in enumerate(uids):
                assert await association.store(uid, which) == 0
            await association.release()

    uvloop.run(main())
    assert got == [digest(template.instance(uid)) for template, uid in zip(templates, uids, strict=True)]
