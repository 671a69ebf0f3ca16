"""The queue of a gateway: all goes on in order, whatever the destination does."""

import contextlib
import time

import uvloop
from support.gateways import TEMPLATE, UIDS, deliveries, send, until

from suite.clients.dicom import Association
from suite.data.ct import CT_IMAGE_STORAGE, EXPLICIT_LITTLE_ENDIAN
from suite.process.port import claim_port
from suite.reference.dicom.gateway import gateway
from suite.reference.dicom.models import FAILED, QUEUED, SENT, Delivery, StoredInstance
from suite.reference.dicom.route import Destination
from suite.reference.dicom.scp import SUCCESS, StoreScp, listening_socket
from suite.reference.dicom.slots import AssociationSlots


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
