"""C-STORE command sets (PS3.7 section 9.3.1), implicit VR little endian, and a whole request to patch."""

from __future__ import annotations

import struct
from dataclasses import dataclass

from suite.clients.dicom.pdu import p_data
from suite.clients.errors import ProtocolError

C_STORE_RQ = 0x0001
C_STORE_RSP = 0x8001
_FIELD, _RESPONDING_TO, _STATUS, _COMMENT = 0x0100, 0x0120, 0x0900, 0x0902
_ELEMENT = struct.Struct("<HHI")
_SHORT = struct.Struct("<H")
_MOST = 1 << 20  # fragment for a peer that sets no limit


@dataclass(frozen=True, slots=True)
class StoreResponse:
    """A C-STORE-RSP: the message id it answers, its status, and the comment that came along."""

    message_id: int
    status: int
    comment: str = ""


def store_command(sop_class: str, uid: str, message_id: int) -> bytes:
    """The command set of a C-STORE-RQ with medium priority."""
    elements = b"".join(
        (
            _text(0x0002, sop_class),
            _number(_FIELD, C_STORE_RQ),
            _number(0x0110, message_id),
            _number(0x0700, 0),
            _number(0x0800, 0x0001),
            _text(0x1000, uid),
        )
    )
    return _ELEMENT.pack(0, 0, 4) + struct.pack("<I", len(elements)) + elements


def parse_response(command: bytes) -> StoreResponse:
    """Read the command set of a C-STORE-RSP. Raises ProtocolError for anything else."""
    found: dict[int, bytes] = {}
    at = 0
    while at < len(command):
        if at + 8 > len(command):
            raise ProtocolError("a command set ends within an element's header")
        group, element, length = _ELEMENT.unpack_from(command, at)
        end = at + 8 + length
        if group != 0 or end > len(command):
            raise ProtocolError(f"a command set with a bad element ({group:04X},{element:04X})")
        found[element] = command[at + 8 : end]
        at = end
    try:
        kind = _SHORT.unpack(found[_FIELD])[0]
        if kind != C_STORE_RSP:
            raise ProtocolError(f"a C-STORE-RSP was expected, not a message 0x{kind:04X}")
        message_id, status = _SHORT.unpack(found[_RESPONDING_TO])[0], _SHORT.unpack(found[_STATUS])[0]
    except (KeyError, struct.error) as error:
        raise ProtocolError("a command set without command field, message id or status") from error
    return StoreResponse(
        message_id, status, found.get(_COMMENT, b"").decode("ascii", "replace").rstrip(" \0")
    )


def fragment_size(peer_max_pdu: int) -> int:
    """Most bytes of a fragment for a peer that takes P-DATA of `peer_max_pdu` bytes (0: any).

    Even, as the standard wants fragments to be. Raises ProtocolError if nothing fits.
    """
    if peer_max_pdu == 0:
        return _MOST
    size = min(peer_max_pdu - 6, _MOST) & ~1
    if size < 2:
        raise ProtocolError(f"the peer takes P-DATA of at most {peer_max_pdu} bytes: nothing fits")
    return size


def fragments(context_id: int, message: bytes, size: int, *, command: bool) -> list[bytes]:
    """`message` as P-DATA-TF PDUs whose fragments have at most `size` bytes."""
    starts = range(0, len(message), size)
    return [
        p_data(context_id, message[at : at + size], command=command, last=at == starts[-1]) for at in starts
    ]


class StoreRequest:
    """One encoded C-STORE request, all of its PDUs in one buffer, of which ids are patched in place."""

    def __init__(
        self, context_id: int, sop_class: str, uid: str, dataset: bytes, uid_offset: int, peer_max_pdu: int
    ) -> None:
        size = fragment_size(peer_max_pdu)
        command = store_command(sop_class, uid, 0)
        first = fragments(context_id, command, size, command=True)
        second = fragments(context_id, dataset, size, command=False)
        self.buffer = bytearray(b"".join(first + second))
        self.uid_width = len(uid)
        places = _Places(size)
        id_at = command.index(_ELEMENT.pack(0, 0x0110, 2)) + 8
        uid_at = command.rindex(_ELEMENT.pack(0, 0x1000, len(uid) + len(uid) % 2)) + 8
        self._id_places = places.of(id_at, 2, 0)
        self._uid_places = places.of(uid_at, len(uid), 0)
        self._uid_places += places.of(uid_offset, len(uid), sum(map(len, first)))

    def patch(self, message_id: int, uid: str) -> None:
        """Make this the request for instance `uid`. Raises ValueError for a UID of another width."""
        if len(uid) != self.uid_width:
            raise ValueError(f"a UID of {self.uid_width} characters is needed, not {uid!r}")
        buffer = self.buffer
        text = uid.encode("ascii")
        for at, begin, end in self._uid_places:
            buffer[at : at + end - begin] = text[begin:end]
        number = _SHORT.pack(message_id)
        for at, begin, end in self._id_places:
            buffer[at : at + end - begin] = number[begin:end]


class _Places:
    """Where bytes of a message stand in the buffer: every `size` bytes follow a header of 12."""

    def __init__(self, size: int) -> None:
        self._size = size

    def of(self, offset: int, width: int, base: int) -> list[tuple[int, int, int]]:
        """(place in the buffer, begin, end) for the pieces of `width` bytes at `offset` of a message."""
        pieces = []
        begin = 0
        while begin < width:
            index, within = divmod(offset + begin, self._size)
            end = min(width, begin + self._size - within)
            pieces.append((base + index * (self._size + 12) + 12 + within, begin, end))
            begin = end
        return pieces


def _text(element: int, text: str) -> bytes:
    value = text.encode("ascii")
    value += b"\0" * (len(value) % 2)
    return _ELEMENT.pack(0, element, len(value)) + value


def _number(element: int, number: int) -> bytes:
    return _ELEMENT.pack(0, element, 2) + _SHORT.pack(number)
