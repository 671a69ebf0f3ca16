"""Command sets of C-STORE and C-ECHO (PS3.7 section 9.3), implicit VR little endian, and their fragments."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from typing import NamedTuple

from suite.clients.dicom.pdu import p_data
from suite.clients.errors import ProtocolError

C_STORE_RQ, C_STORE_RSP = 0x0001, 0x8001
C_ECHO_RQ, C_ECHO_RSP = 0x0030, 0x8030
VERIFICATION = "1.2.840.10008.1.1"
MESSAGE_ID, RESPONDING_TO, SOP_INSTANCE = 0x0110, 0x0120, 0x1000
_SOP_CLASS, _FIELD, _PRIORITY, _DATASET_TYPE, _STATUS, _COMMENT = (
    0x0002,
    0x0100,
    0x0700,
    0x0800,
    0x0900,
    0x0902,
)
_NO_DATASET = 0x0101
_ELEMENT = struct.Struct("<HHI")
_SHORT = struct.Struct("<H")
_MOST = 1 << 20  # fragment for a peer that sets no limit


class CommandSet(NamedTuple):
    """A command set as far as it matters here: its command field and, where it has them, the rest."""

    field: int
    message_id: int = 0
    responding_to: int | None = None
    status: int | None = None
    sop_class: str = ""
    uid: str = ""
    comment: str = ""
    has_dataset: bool = False


class DimseResponse(NamedTuple):
    """An answer: the command field, the message id it answers, its status, and a comment that came along."""

    field: int
    message_id: int
    status: int
    comment: str = ""


def store_command(sop_class: str, uid: str, message_id: int) -> bytes:
    """The command set of a C-STORE-RQ with medium priority."""
    return _command(
        _text(_SOP_CLASS, sop_class),
        _number(_FIELD, C_STORE_RQ),
        _number(MESSAGE_ID, message_id),
        _number(_PRIORITY, 0),
        _number(_DATASET_TYPE, 0x0001),
        _text(SOP_INSTANCE, uid),
    )


def echo_command(message_id: int) -> bytes:
    """The command set of a C-ECHO-RQ."""
    return _command(
        _text(_SOP_CLASS, VERIFICATION),
        _number(_FIELD, C_ECHO_RQ),
        _number(MESSAGE_ID, message_id),
        _number(_DATASET_TYPE, _NO_DATASET),
    )


def response_to(request: CommandSet, status: int) -> bytes:
    """The command set that answers a C-STORE-RQ or C-ECHO-RQ."""
    return _command(
        _text(_SOP_CLASS, request.sop_class),
        _number(_FIELD, request.field | 0x8000),
        _number(RESPONDING_TO, request.message_id),
        _number(_DATASET_TYPE, _NO_DATASET),
        _number(_STATUS, status),
        *([_text(SOP_INSTANCE, request.uid)] if request.uid else []),
    )


def parse_command(command: bytes) -> CommandSet:
    """Read any command set. Raises ProtocolError."""
    found = _elements(command)
    kind = _number_in(found, _DATASET_TYPE)
    return CommandSet(
        _field(found),
        _number_in(found, MESSAGE_ID) or 0,
        _number_in(found, RESPONDING_TO),
        _number_in(found, _STATUS),
        _uid_in(found, _SOP_CLASS),
        _uid_in(found, SOP_INSTANCE),
        _text_in(found, _COMMENT),
        kind is not None and kind != _NO_DATASET,
    )


def parse_response(command: bytes) -> DimseResponse:
    """Read the command set of a C-STORE-RSP or C-ECHO-RSP. Raises ProtocolError for anything else."""
    found = _elements(command)
    field = _field(found)
    if field not in (C_STORE_RSP, C_ECHO_RSP):
        raise ProtocolError(f"a C-STORE-RSP was expected, not a message 0x{field:04X}")
    message_id, status = _number_in(found, RESPONDING_TO), _number_in(found, _STATUS)
    if message_id is None or status is None:
        raise ProtocolError("a command set without message id or status")
    return DimseResponse(field, message_id, status, _text_in(found, _COMMENT) if _COMMENT in found else "")


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


def places(command: bytes) -> Iterator[tuple[int, int, int]]:
    """(element, begin, end) of each value in a command set. Raises ProtocolError."""
    at, whole = 0, len(command)
    while at < whole:
        if at + 8 > whole:
            raise ProtocolError("a command set ends within an element's header")
        group, element, length = _ELEMENT.unpack_from(command, at)
        begin, at = at + 8, at + 8 + length
        if group != 0 or at > whole:
            raise ProtocolError(f"a command set with a bad element ({group:04X},{element:04X})")
        yield element, begin, at


def _elements(command: bytes) -> dict[int, bytes]:
    return {element: command[begin:end] for element, begin, end in places(command)}


def _field(found: dict[int, bytes]) -> int:
    field = _number_in(found, _FIELD)
    if field is None:
        raise ProtocolError("a command set without command field")
    return field


def _number_in(found: dict[int, bytes], element: int) -> int | None:
    value = found.get(element)
    if value is None:
        return None
    if len(value) != 2:
        raise ProtocolError("a command set with a number that has not two bytes")
    return value[0] | value[1] << 8


def _text_in(found: dict[int, bytes], element: int) -> str:
    return found.get(element, b"").decode("ascii", "replace").rstrip(" \0")


def _uid_in(found: dict[int, bytes], element: int) -> str:
    text = _text_in(found, element)
    if not text.isascii():
        raise ProtocolError("a UID that is no ASCII")
    return text


def _command(*elements: bytes) -> bytes:
    body = b"".join(elements)
    return _ELEMENT.pack(0, 0, 4) + struct.pack("<I", len(body)) + body


def _text(element: int, text: str) -> bytes:
    value = text.encode("ascii")
    value += b"\0" * (len(value) % 2)
    return _ELEMENT.pack(0, element, len(value)) + value


def _number(element: int, number: int) -> bytes:
    return _ELEMENT.pack(0, element, 2) + _SHORT.pack(number)
