"""One C-STORE request in the bytes that go out, and its usual answer in those that come: ids are patched."""

from __future__ import annotations

from collections.abc import Callable
from struct import Struct

from suite.clients.dicom.dimse import (
    MESSAGE_ID,
    RESPONDING_TO,
    SOP_INSTANCE,
    DimseResponse,
    fragment_size,
    fragments,
    places,
    store_command,
)
from suite.clients.dicom.pdu import p_data

_NUMBER = 2  # bytes of a message id
_write_number = Struct(f"{_NUMBER}s").pack_into
_Patch = tuple[Callable[[bytearray, int, bytes], None], int, int]
"""What writes a piece, where, and where in all of it the piece begins; a slice would make copies."""


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
        self.uid_width = width = len(uid)
        at = {element: begin for element, begin, _ in places(command)}
        self._number_patches = _patches(at[MESSAGE_ID], _NUMBER, size)
        self._uid_patches = _patches(at[SOP_INSTANCE], width, size)
        self._uid_patches += _patches(uid_offset, width, size, sum(map(len, first)))
        self.success: UsualAnswer | None = None
        """How the peer says that it is stored, once it has said so."""

    def patch(self, message_id: int, uid: str) -> None:
        """Make this the request for instance `uid`. Raises ValueError for a UID of another width."""
        text = uid.encode("ascii")
        if len(text) != self.uid_width:
            raise ValueError(f"a UID of {self.uid_width} characters is needed, not {uid!r}")
        number, buffer = message_id.to_bytes(_NUMBER, "little"), self.buffer
        for write, at, begin in self._uid_patches:
            write(buffer, at, text[begin:] if begin else text)
        for write, at, begin in self._number_patches:
            write(buffer, at, number[begin:] if begin else number)
        if self.success is not None:
            self.success.patch(number, text)


class UsualAnswer:
    """The bytes of a PDU that mean `response` to the request under way: nobody need take them apart.

    It is what a peer answered before, `command` in context `context_id` about instance `uid`, in the one
    PDU that it usually is, with the ids of the request under way.
    """

    def __init__(self, context_id: int, command: bytes, uid: str, response: DimseResponse) -> None:
        self.response = response
        self.buffer = bytearray(p_data(context_id, command, command=True, last=True))
        behind = len(self.buffer) - len(command)
        at = {element: behind + begin for element, begin, _ in places(command)}
        self._number_at = at[RESPONDING_TO]
        self._uid_at, self._write_uid = at.get(SOP_INSTANCE, 0), Struct(f"{len(uid)}s").pack_into
        if not self.buffer.startswith(uid.encode("ascii"), self._uid_at):
            self._uid_at = 0  # it need not say which instance it is about

    def patch(self, number: bytes, uid: bytes) -> None:
        """Make this the answer to message `number`, about instance `uid`."""
        _write_number(self.buffer, self._number_at, number)
        if self._uid_at:
            self._write_uid(self.buffer, self._uid_at, uid)


def _patches(offset: int, width: int, size: int, base: int = 0) -> list[_Patch]:
    """How `width` bytes at `offset` of a message that begins at `base` are written: in how many pieces.

    Every `size` bytes of a message follow a header of 12.
    """
    found: list[_Patch] = []
    begin = 0
    while begin < width:
        index, within = divmod(offset + begin, size)
        end = min(width, begin + size - within)
        at = base + index * (size + 12) + 12 + within
        found.append((Struct(f"{end - begin}s").pack_into, at, begin))
        begin = end
    return found
