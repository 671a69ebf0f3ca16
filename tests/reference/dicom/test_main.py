"""The gateway in processes of its own, as the command line starts it."""

import asyncio
import contextlib
import hashlib
import os
import signal
import subprocess
import sys
import time

import psutil
import pytest
import uvloop
from support.gateways import TEMPLATE, UIDS, deliveries, rows, send, stored, until
from typer.testing import CliRunner

from suite.clients.dicom import Association, AssociationRejected
from suite.clients.dicom.store_node import LIMIT_EXCEEDED
from suite.process.port import claim_port
from suite.reference.dicom import destination, files
from suite.reference.dicom.__main__ import app
from suite.reference.dicom.gateway import FOLDER
from suite.reference.dicom.models import FAILED, QUEUED, SENT, Delivery, StoredInstance
from suite.reference.dicom.store import Added, Store


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
