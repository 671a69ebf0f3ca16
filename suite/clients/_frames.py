"""WebSocket frames of whole messages, quickly; wsproto sees only the rest (RFC 6455, 5.2)."""

from __future__ import annotations

from random import getrandbits

TEXT, BINARY = 1, 2
CONTROL = (8, 9, 10)


def encoded(opcode: int, content: bytes) -> bytes:
    """One masked frame that is a whole message."""
    size = len(content)
    mask = getrandbits(32).to_bytes(4, "big")
    if size < 126:
        head = bytes((0x80 | opcode, 0x80 | size)) + mask
    elif size < 65_536:
        head = bytes((0x80 | opcode, 0x80 | 126)) + size.to_bytes(2, "big") + mask
    else:
        head = bytes((0x80 | opcode, 0x80 | 127)) + size.to_bytes(8, "big") + mask
    stream = (mask * (size // 4 + 1))[:size]
    return head + (int.from_bytes(content, "little") ^ int.from_bytes(stream, "little")).to_bytes(
        size, "little"
    )


def whole_frame(data: bytes, at: int) -> tuple[int, bytes, int] | None:
    """(opcode, content, where it ends) of the frame at `at`; None if it is cut off or anything special."""
    if len(data) < at + 2 or data[at] & 0xF0 != 0x80 or data[at + 1] > 126:
        return None
    size, start = data[at + 1], at + 2
    if size == 126:
        size, start = int.from_bytes(data[start : start + 2], "big"), start + 2
        if size < 126:  # longer than it has to be, or cut off
            return None
    end = start + size
    return None if end > len(data) else (data[at] & 0x0F, data[start:end], end)
