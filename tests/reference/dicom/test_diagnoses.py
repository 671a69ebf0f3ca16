"""What a node does to its senders is named after real rounds, and what only looks like it is not."""

import asyncio
import os
import socket

import pytest
from support.variants import nightly

from suite import Server, Workload, closed_loop
from suite.clients.dicom import StoreNode, pdu
from suite.clients.dicom.dimse import parse_command, response_to
from suite.clients.dicom.negotiation import ACCEPTED, Agreed, accept, parse_request
from suite.config.settings import Settings
from suite.data.ct import EXPLICIT_LITTLE_ENDIAN
from suite.engine.coordinator import run
from suite.measure.advice import advise
from suite.reference.dicom import workloads
from suite.reference.dicom.load.gateways import sending
from suite.reference.dicom.sender import Sender

pytestmark = [pytest.mark.usefixtures("rounds_once"), pytest.mark.exhaustive, pytest.mark.rounds]
SIZE = 4_000
_TRIES = 6


def advised(workload, **settings):
    result = run(workload, Settings(rounds=1, **settings))
    assert result.error is None, result.error
    return {reason.kind for reason in advise(result)}


def named(kind, workload, **settings):
    """Whether one of some rounds says so: on a busy machine times are blurred in most of them."""
    return any(kind in advised(workload, **settings) for _ in range(_TRIES))


def sent_to(serve, users, **parameters):
    """A workload of Senders to what `serve` runs."""
    return Workload(
        "test/node", Server(serve, **parameters), Sender,
        loop=closed_loop(users, seconds=2.5, warmup=0.5), parameters=sending(SIZE),
    )  # fmt: skip


async def answers_in_pieces(system, *, nodelay):
    """A node that writes head and body of an answer apart, as dcmtk's and pynetdicom's do."""

    async def talk(reader, writer):
        peer = writer.get_extra_info("socket")
        peer.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, int(nodelay))
        command = b""
        while True:
            head = await reader.readexactly(6)
            body = await reader.readexactly(int.from_bytes(head[2:], "big"))
            if head[0] == pdu.ASSOCIATE_RQ:
                contexts = parse_request(body).contexts
                writer.write(
                    accept(body, {1: Agreed(ACCEPTED, EXPLICIT_LITTLE_ENDIAN)} if contexts else {}, 0)
                )
            elif head[0] == pdu.RELEASE_RQ:
                writer.write(pdu.RELEASE_RESPONSE)
            for context, flags, fragment in pdu.values(body) if head[0] == pdu.P_DATA else ():
                command += fragment if flags & 1 else b""
                if flags == 2:
                    answer = pdu.p_data(
                        context, response_to(parse_command(command), 0), command=True, last=True
                    )
                    command = b""
                    os.write(peer.fileno(), answer[:6])  # a transport would send both at once
                    os.write(peer.fileno(), answer[6:])

    server = await asyncio.start_server(talk, "127.0.0.1", system.port, limit=1 << 20)
    async with server:
        await server.serve_forever()


def test_answers_in_two_pieces_that_wait_for_an_acknowledgement_are_named():
    assert named("write_at_once", sent_to(answers_in_pieces, 2, nodelay=False))


def test_answers_in_two_pieces_that_are_sent_at_once_are_not():
    assert "write_at_once" not in advised(sent_to(answers_in_pieces, 2, nodelay=True))


async def takes_its_time(system, *, together, seconds):
    """A node of which an instance takes some time: all of them at once, or one after another."""
    lock = asyncio.Lock()

    async def handle(_instance):
        if together:
            await asyncio.sleep(seconds)
        else:
            async with lock:
                await asyncio.sleep(seconds)
        return 0

    async with StoreNode(handle, port=system.port):
        await asyncio.Event().wait()


def test_one_association_at_a_time_is_named():
    assert named("serve_several", sent_to(takes_its_time, 4, together=False, seconds=0.05))


def test_instances_that_take_their_time_all_at_once_are_not_taken_for_one_at_a_time():
    assert "serve_several" not in advised(sent_to(takes_its_time, 4, together=True, seconds=0.05))


@pytest.mark.parametrize("associations", [2, 8])
def test_an_association_limit_is_named_where_users_meet_it(associations):
    found = advised(
        workloads.receive, users=4, seconds=1, values={"size": SIZE, "associations": associations}
    )
    assert ("allow_associations" in found) is (associations < 4)


@pytest.mark.parametrize("name", [nightly("churn"), "mixed"])
def test_associations_that_come_and_go_and_large_instances_are_not_put_down_to_nagle(name):
    assert "write_at_once" not in advised(getattr(workloads, name))
