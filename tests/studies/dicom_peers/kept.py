"""What a receiver kept of the instances that it answered Success, file by file."""

import hashlib
import time
from io import BytesIO
from typing import NamedTuple

from pydicom import dcmread
from pydicom.errors import InvalidDicomError

_WAIT = 10.0  # seconds that it may go on writing


class Kept(NamedTuple):
    """Of the acknowledged instances: how many are in no file, in several, in files with other content."""

    lost: int
    again: int
    changed: int


def kept(place, template, uids):
    """Look at all files below `place`, once nothing is written any more."""
    _settle(place, len(uids))
    files = {}
    for path in _files(place):
        try:
            found = dcmread(path)
        except InvalidDicomError:  # of the receiver's own: an index, a lock
            continue
        files.setdefault(str(found.SOPInstanceUID), []).append(found)
    changed = 0
    for uid in uids:
        sent = dcmread(BytesIO(template.instance(uid)), force=True)
        changed += any(_digest(found) != _digest(sent) for found in files.get(uid, ()))
    return Kept(
        sum(uid not in files for uid in uids), sum(len(files.get(uid, ())) > 1 for uid in uids), changed
    )


def _digest(dataset):
    """Of its elements and their values, however they are encoded, without the file's meta information."""
    digest = hashlib.sha256()
    for element in dataset:
        digest.update(f"{element.tag} {element.VR} ".encode())
        value = element.value
        digest.update(value if isinstance(value, bytes) else str(value).encode())
    return digest.digest()


def _settle(place, wanted):
    end = time.monotonic() + _WAIT
    before = None
    while time.monotonic() < end:
        now = [(path, path.stat().st_size) for path in _files(place)]
        if len(now) >= wanted and now == before:
            return
        before = now
        time.sleep(0.2)


def _files(place):
    return sorted(path for path in place.rglob("*") if path.is_file())
