"""One trial of one program: what a file costs it, how fast, what was lost."""

import asyncio
import os
import shutil
import signal
import statistics
import subprocess
import time
from contextlib import closing, contextmanager
from typing import NamedTuple

import psutil
import uvloop
from studies.dicom_peers.kept import Kept, kept
from studies.dicom_peers.peer import PATH

from suite.clients.dicom import Association
from suite.clients.errors import ClientError
from suite.data.ct import ct
from suite.errors import Rejected
from suite.process.port import claim_port
from suite.reference.dicom import files

_START = 30.0  # seconds that a receiver may take until it listens
_PUT_OFF, _BESIDE = (0.039, 0.050), ((0.030, 0.039), (0.050, 0.064))  # s, as in suite.measure.advice
_ANSWER = 20.0  # seconds that it may take to answer


class Failed(Exception):
    """It did not start, or did not do what it was asked."""


class Sent(NamedTuple):
    """What a file cost its sender: seconds of CPU; and files a second."""

    cpu: float
    rate: float


class Received(NamedTuple):
    """As the sender saw it: files a second, seconds; the receiver's seconds of CPU a file, what it kept."""

    rate: float
    cpu: float
    p50: float
    p99: float
    delayed: bool
    kept: Kept


def sent(peer, size, count, folder):
    """Have `peer` send; if it does not tell what that cost a tenth before: its start cancels out."""
    few = max(count // 10, 1)
    with _running(["storescp", "--fork", "--ignore", "-pdu", "131072"], folder, nodelay=True) as (port, _):
        if peer.tells:
            cpu, wall = _once(peer, port, size, count, folder)
            return Sent(cpu / count, count / wall)
        (cpu, wall), (more_cpu, more_wall) = (_once(peer, port, size, n, folder) for n in (few, count))
    if more_cpu <= cpu or more_wall <= wall:
        raise Failed("its start took longer than its work: more instances are needed (--count)")
    return Sent((more_cpu - cpu) / (count - few), (count - few) / (more_wall - wall))


def received(peer, size, associations, count, folder):
    """Load `peer` and count what it kept."""
    place = folder / f"kept-{time.monotonic_ns()}" / "files"
    place.mkdir(parents=True)
    try:
        with _running(lambda port: peer.start(place, port), folder, nodelay=peer.nodelay) as (port, process):
            template = ct(size)
            return uvloop.run(_load(port, process, template, associations, count, place))
    except (ClientError, Rejected) as error:
        raise Failed(str(error)) from error
    finally:
        shutil.rmtree(place.parent, ignore_errors=True)


async def _load(port, process, template, associations, count, place):
    them = [
        await Association.connect("127.0.0.1", port, instances=template, timeout=_ANSWER)
        for _ in range(associations)
    ]
    each, warm = count // associations, 3
    times = []

    async def one(user):
        for number in range(each):
            begun = time.perf_counter()
            await them[user].store(template.uid(user, warm + number))
            times.append(time.perf_counter() - begun)

    for user, association in enumerate(them):
        for number in range(warm):
            await association.store(template.uid(user, number))
    before, begun = _cpu(process), time.perf_counter()
    await asyncio.gather(*map(one, range(associations)))
    wall, after = time.perf_counter() - begun, _cpu(process)
    for association in them:
        await association.release()
    uids = [template.uid(user, number) for user in range(associations) for number in range(each + warm)]
    cuts = statistics.quantiles(times, n=100)
    return Received(
        len(times) / wall,
        (after - before) / len(times),
        cuts[49],
        cuts[98],
        _delayed(times),
        kept(place, template, uids),
    )


def _delayed(times):
    """Whether as many as not took as long as an acknowledgement is put off, and few a little less or more."""
    late, before, after = (sum(low <= time < high for time in times) for low, high in (_PUT_OFF, *_BESIDE))
    return late >= len(times) / 2 and max(before, after) <= late / 4


def _cpu(process):
    """CPU of its tree so far, with what its ended children used."""
    them = [process, *process.children(recursive=True)]
    return sum(sum(one.cpu_times()[:4]) for one in them)


def _once(peer, port, size, count, folder):
    """(CPU, wall) seconds of one run, or of its sending if it tells them."""
    place = folder / "instances"
    place.mkdir()
    template = ct(size)
    try:
        for number in range(count):
            uid = template.uid(0, number)
            head = files.header(template.sop_class, uid, template.transfer_syntax)
            files.write(place / f"{number:06}.dcm", head, template.instance(uid))
        begun = time.perf_counter()
        process = subprocess.Popen(
            peer.start(place, port, size, count), env=_environment(peer.nodelay),
            stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
        )  # fmt: skip
        with process.stdout as output:
            said = output.read()
        _, status, used = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        wall = time.perf_counter() - begun
    finally:
        shutil.rmtree(place)
    if process.returncode:
        raise Failed(f"exit code {process.returncode}")
    if peer.tells:
        cpu, wall = map(float, said.split())
        return cpu, wall
    return used.ru_utime + used.ru_stime, wall


@contextmanager
def _running(command, folder, *, nodelay):
    """(port, process) of a receiver that listens; ended afterwards."""
    port = claim_port()
    words = command(port) if callable(command) else [*command, str(port)]
    log = folder / "receiver.log"
    with (
        log.open("wb") as output,
        subprocess.Popen(words, env=_environment(nodelay), stdout=output, stderr=output) as child,
    ):
        try:
            _wait(child, port, log)
            yield port, psutil.Process(child.pid)
        finally:
            child.send_signal(signal.SIGTERM)
            try:
                child.wait(10)
            except subprocess.TimeoutExpired:
                child.kill()


def _wait(child, port, log):
    import socket

    end = time.monotonic() + _START
    while time.monotonic() < end and child.poll() is None:
        try:
            with closing(socket.create_connection(("127.0.0.1", port), 1)):
                return
        except OSError:
            time.sleep(0.05)
    raise Failed(f"it does not listen: {log.read_text(errors='replace')[-300:]}")


def _environment(nodelay):
    own = {name: value for name, value in os.environ.items() if name != "TCP_NODELAY"}
    return own | {"PATH": PATH} | ({"TCP_NODELAY": "1"} if nodelay else {})
