"""What an acceptor reads and answers: A-ASSOCIATE-RQ, -AC and -RJ, A-ABORT (PS3.8 section 9.3)."""

from __future__ import annotations

import struct
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from suite.clients.dicom import pdu
from suite.clients.errors import ProtocolError

ACCEPTED, NO_SUCH_SOP_CLASS, NO_SUCH_SYNTAX = 0, 3, 4


class Proposed(NamedTuple):
    """A presentation context that was proposed: a SOP class in one of some transfer syntaxes."""

    sop_class: str
    syntaxes: tuple[str, ...]


class Agreed(NamedTuple):
    """What became of a proposed context: its result (0 is accepted), its transfer syntax."""

    result: int
    syntax: str


@dataclass(frozen=True, slots=True)
class AssociationRequest:
    """What an A-ASSOCIATE-RQ asks: titles, largest P-DATA the peer takes (0: any), contexts by their id."""

    called: str
    calling: str
    max_pdu: int
    contexts: dict[int, Proposed] = field(default_factory=dict)


def parse_request(payload: bytes) -> AssociationRequest:
    """Read the body of an A-ASSOCIATE-RQ. Raises ProtocolError."""
    if len(payload) < 68:
        raise ProtocolError(f"an A-ASSOCIATE-RQ of {len(payload)} bytes is too short")
    max_pdu, contexts = 0, {}
    for kind, value in pdu.items(payload, 68, "A-ASSOCIATE-RQ"):
        if kind == 0x20:
            if len(value) < 4:
                raise ProtocolError("a presentation context item in the A-ASSOCIATE-RQ is too short")
            names = [(inner, _uid(text)) for inner, text in pdu.items(value, 4, "A-ASSOCIATE-RQ")]
            classes = [name for inner, name in names if inner == 0x30]
            syntaxes = tuple(name for inner, name in names if inner == 0x40)
            if len(classes) != 1 or not syntaxes:
                raise ProtocolError("a presentation context is one SOP class in some transfer syntaxes")
            contexts[value[0]] = Proposed(classes[0], syntaxes)
        elif kind == 0x50:
            max_pdu = pdu.maximum_length(value, "A-ASSOCIATE-RQ")
    return AssociationRequest(_title(payload[4:20]), _title(payload[20:36]), max_pdu, contexts)


def accept(payload: bytes, results: Mapping[int, Agreed], max_pdu: int) -> bytes:
    """The A-ASSOCIATE-AC to the request of body `payload`; `max_pdu` is what we take, 0 for any."""
    body = [struct.pack(">HH", 1, 0), payload[4:36], bytes(32)]
    body.append(pdu.item(0x10, pdu.APPLICATION_CONTEXT.encode()))
    for number, (result, syntax) in results.items():
        body.append(pdu.item(0x21, bytes((number, 0, result, 0)) + pdu.item(0x40, syntax.encode())))
    body.append(pdu.user_information(max_pdu))
    return pdu.whole(pdu.ASSOCIATE_AC, b"".join(body))


def reject(result: int, source: int, reason: int) -> bytes:
    """An A-ASSOCIATE-RJ. Codes as in PS3.8 table 9-21."""
    return pdu.whole(pdu.ASSOCIATE_RJ, bytes((0, result, source, reason)))


def abort(source: int, reason: int) -> bytes:
    """An A-ABORT. Codes as in PS3.8 table 9-26."""
    return pdu.whole(pdu.ABORT, bytes((0, 0, source, reason)))


def _uid(value: bytes) -> str:
    if not value.isascii():
        raise ProtocolError("a UID that is no ASCII")
    return value.rstrip(b"\0").decode("ascii")


def _title(value: bytes) -> str:
    return value.decode("ascii", "replace").strip()
