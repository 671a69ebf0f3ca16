"""Protocol data units of the DICOM upper layer (PS3.8 section 9.3): encoded, and parsed as bytes arrive."""

from __future__ import annotations

import struct
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from suite.clients.errors import ProtocolError

ASSOCIATE_RQ, ASSOCIATE_AC, ASSOCIATE_RJ, P_DATA, RELEASE_RQ, RELEASE_RP, ABORT = range(1, 8)
RELEASE_REQUEST = b"\x05\x00\x00\x00\x00\x04\x00\x00\x00\x00"
RELEASE_RESPONSE = b"\x06\x00\x00\x00\x00\x04\x00\x00\x00\x00"
ABORT_REQUEST = b"\x07\x00\x00\x00\x00\x04\x00\x00\x00\x00"

APPLICATION_CONTEXT = "1.2.840.10008.3.1.1.1"
IMPLEMENTATION_CLASS = "1.2.826.0.1.3680043.8.498.7.1"
IMPLEMENTATION_VERSION = "LOADLEDGER"

Payload = bytes | memoryview
_HEADER = struct.Struct(">BxI")
_PDV = struct.Struct(">IBB")


class Context(NamedTuple):
    """A presentation context that we propose: an abstract syntax in one transfer syntax."""

    sop_class: str
    transfer_syntax: str


@dataclass(frozen=True, slots=True)
class AssociationAccepted:
    """What an A-ASSOCIATE-AC grants: largest P-DATA the peer takes (0: any), results by context id."""

    max_pdu: int
    results: dict[int, int] = field(default_factory=dict)


def associate_request(contexts: Sequence[Context], *, called: str, calling: str, max_pdu: int) -> bytes:
    """An A-ASSOCIATE-RQ that proposes `contexts` under the ids 1, 3, 5 and so on.

    Raises ValueError for AE titles that are not 1-16 ASCII characters, or not 1-128 contexts.
    """
    if not 1 <= len(contexts) <= 128:
        raise ValueError(f"1 to 128 presentation contexts are possible, not {len(contexts)}")
    body = [struct.pack(">HH", 1, 0), _title(called), _title(calling), bytes(32)]
    body.append(item(0x10, APPLICATION_CONTEXT.encode()))
    for i, context in enumerate(contexts):
        syntaxes = item(0x30, context.sop_class.encode()) + item(0x40, context.transfer_syntax.encode())
        body.append(item(0x20, bytes((2 * i + 1, 0, 0, 0)) + syntaxes))
    body.append(user_information(max_pdu))
    return whole(ASSOCIATE_RQ, b"".join(body))


def parse_accept(payload: bytes) -> AssociationAccepted:
    """Read the body of an A-ASSOCIATE-AC. Raises ProtocolError."""
    if len(payload) < 68:
        raise ProtocolError(f"an A-ASSOCIATE-AC of {len(payload)} bytes is too short")
    max_pdu = 0
    results: dict[int, int] = {}
    for kind, value in items(payload, 68, "A-ASSOCIATE-AC"):
        if kind == 0x21:
            if len(value) < 4:
                raise ProtocolError("a presentation context item in the A-ASSOCIATE-AC is too short")
            results[value[0]] = value[2]
        elif kind == 0x50:
            max_pdu = maximum_length(value, "A-ASSOCIATE-AC")
    return AssociationAccepted(max_pdu, results)


def reasons(payload: bytes) -> tuple[int, int, int]:
    """The last three bytes of an A-ASSOCIATE-RJ or A-ABORT body. Raises ProtocolError."""
    if len(payload) != 4:
        raise ProtocolError(f"a reject or abort has 4 bytes, not {len(payload)}")
    return payload[1], payload[2], payload[3]


def p_data(context_id: int, fragment: bytes, *, command: bool, last: bool) -> bytes:
    """A P-DATA-TF with one presentation data value."""
    flags = int(command) | int(last) << 1
    head = _HEADER.pack(P_DATA, len(fragment) + 6) + _PDV.pack(len(fragment) + 2, context_id, flags)
    return head + fragment


def values(payload: Payload) -> Iterator[tuple[int, int, Payload]]:
    """(context id, flags, fragment) of each value in a P-DATA-TF. Flags: 1 command, 2 last.

    A fragment is a piece of `payload`, of a view without a copy.
    """
    at = 0
    while at < len(payload):
        if at + 6 > len(payload):
            raise ProtocolError("a P-DATA-TF ends within the header of a value")
        length, context_id, flags = _PDV.unpack_from(payload, at)
        end = at + 4 + length
        if length < 2 or end > len(payload):
            raise ProtocolError(f"a value of {length} bytes does not fit into its P-DATA-TF")
        yield context_id, flags, payload[at + 6 : end]
        at = end


class Parser:
    """Cuts a stream into PDUs, however it is chopped up, in one buffer: what comes is put into `space()`.

    `limit` bounds the length that a PDU may announce, so that a peer that talks something else is found
    out at once and never makes us wait for gigabytes. The buffer has `room` bytes, more once a PDU needs it.
    """

    def __init__(self, limit: int, room: int = 1_024) -> None:
        self._limit = max(limit, 65_536)  # an A-ASSOCIATE-AC may be longer than our P-DATA limit
        self._buffer = memoryview(bytearray(room))
        self._begin = 0
        self._wanted = _HEADER.size
        self.pending = 0
        """Bytes that have come of a PDU that is not complete."""

    def space(self) -> memoryview:
        """Where the next bytes go; say with `filled` how many came. It ends what views were given before."""
        old, begin, pending = self._buffer, self._begin, self.pending
        if len(old) - begin < self._wanted or not pending:
            if len(old) < self._wanted:
                self._buffer = memoryview(bytearray(self._wanted))
            self._buffer[:pending] = old[begin : begin + pending]
            self._begin = begin = 0
        return self._buffer[begin + pending :]

    def filled(self, size: int) -> list[tuple[int, Payload]]:
        """All (type, payload) that `size` bytes complete, P-DATA as views. Raises ProtocolError."""
        buffer, begin = self._buffer, self._begin
        end = begin + self.pending + size
        found: list[tuple[int, Payload]] = []
        self._wanted = _HEADER.size
        while end - begin >= _HEADER.size:
            kind, length = _HEADER.unpack_from(buffer, begin)
            _check_kind(kind)
            if length > self._limit:
                raise ProtocolError(f"the peer announced a PDU of {length} bytes; {self._limit} are allowed")
            after = begin + _HEADER.size + length
            if after > end:
                self._wanted = after - begin
                break
            payload = buffer[begin + _HEADER.size : after]
            found.append((kind, payload if kind == P_DATA else bytes(payload)))
            begin = after
        if begin < end:
            _check_kind(buffer[begin])
        self._begin, self.pending = begin, end - begin
        return found

    def feed(self, data: Payload) -> Iterator[tuple[int, Payload]]:
        """As `filled`, of what was received elsewhere; a payload is there until the next one is asked for."""
        at = 0
        while at < len(data):
            space = self.space()
            taken = min(len(space), len(data) - at)
            space[:taken] = data[at : at + taken]
            at += taken
            yield from self.filled(taken)


def _check_kind(kind: int) -> None:
    if not ASSOCIATE_RQ <= kind <= ABORT:
        raise ProtocolError(f"the peer does not talk DICOM: a PDU of type 0x{kind:02X}")


def _title(text: str) -> bytes:
    if not (1 <= len(text) <= 16 and text.isascii() and text.isprintable()):
        raise ValueError(f"an AE title has 1 to 16 ASCII characters, unlike {text!r}")
    return text.encode().ljust(16)


def whole(kind: int, payload: bytes) -> bytes:
    """A PDU of that type with `payload` as its body."""
    return _HEADER.pack(kind, len(payload)) + payload


def item(kind: int, value: bytes) -> bytes:
    """An item of an association PDU."""
    return struct.pack(">BxH", kind, len(value)) + value


def user_information(max_pdu: int) -> bytes:
    """The item that says who we are, and that we take P-DATA of up to `max_pdu` bytes."""
    return item(
        0x50,
        item(0x51, struct.pack(">I", max_pdu))
        + item(0x52, IMPLEMENTATION_CLASS.encode())
        + item(0x55, IMPLEMENTATION_VERSION.encode()),
    )


def maximum_length(value: bytes, where: str) -> int:
    """What a user information item says to that; 0, any, if it says nothing. Raises ProtocolError."""
    most = 0
    for inner, content in items(value, 0, where):
        if inner == 0x51:
            if len(content) != 4:
                raise ProtocolError(f"the maximum length item in the {where} is malformed")
            most = int.from_bytes(content, "big")
    return most


def items(payload: bytes, at: int, where: str) -> Iterator[tuple[int, bytes]]:
    """(type, value) of each item from `at` on. Raises ProtocolError, which names the PDU, `where`."""
    while at < len(payload):
        if at + 4 > len(payload):
            raise ProtocolError(f"the {where} ends within an item's header")
        kind, length = struct.unpack_from(">BxH", payload, at)
        end = at + 4 + length
        if end > len(payload):
            raise ProtocolError(f"item 0x{kind:02X} of the {where} is cut short")
        yield kind, payload[at + 4 : end]
        at = end
