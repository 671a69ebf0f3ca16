"""Who sends: a command that stores `count` instances of `size` bytes, which lie in `folder` as files."""

import sys
from pathlib import Path

from studies.dicom_peers.peer import DicomPeer

_HERE = Path(__file__).parent


def _ours(folder, port, size, count):
    return [sys.executable, str(_HERE / "our_sender.py"), str(port), str(size), str(count)]


def _floor(folder, port, size, count):
    return [sys.executable, str(_HERE / "floor.py"), str(port), str(size), str(count)]


def _storescu(folder, port, size, count):
    return ["storescu", "-xe", "-pdu", "131072", "127.0.0.1", str(port), "+sd", str(folder)]


def _dcmsend(folder, port, size, count):
    return ["dcmsend", "--max-send-pdu", "131072", "127.0.0.1", str(port), "+sd", str(folder)]


def _pynetdicom(folder, port, size, count):
    return [sys.executable, str(_HERE / "pynetdicom_sender.py"), str(port), str(folder)]


SENDERS = [
    DicomPeer("ours", _ours, tells=True),
    DicomPeer("loopback floor", _floor, tells=True),
    DicomPeer("storescu", _storescu, "storescu", "dcmtk"),
    DicomPeer("dcmsend", _dcmsend, "dcmsend", "dcmtk"),
    DicomPeer("pynetdicom", _pynetdicom, tells=True),
]
