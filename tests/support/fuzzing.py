"""Data and bytes with some of them changed: what a file may be that somebody else wrote."""

import copy
import random
from collections.abc import Iterator
from typing import Any

ODD: tuple[Any, ...] = (
    None, True, 0, -1, 1, 2**62, 10**30, 1e308, -1e308, float("nan"), "", "x", "\x1b[2J", "../../x", [], {},
    [None], {"a": None}, [[1, 2]], "2024-05-01T10:11:12+00:00", "9999-12-31T23:59:59-12:00",
)  # fmt: skip
_PIECES = (
    b"\0", b"\xff", b"\r\n", b"\n", b"9999999999", b"-1", b":", b" ", b'"', b"'", b"[", b"]", b"{", b"}",
    b"\\", b"=", b"1e999", b"\xe2\x80\xa8", b"\x1b[2J", b"$", b"%",
)  # fmt: skip


def places(data: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """The paths of all that is in it."""
    inside = data.items() if isinstance(data, dict) else enumerate(data) if isinstance(data, list) else ()
    for key, value in inside:
        yield (*path, key)
        yield from places(value, (*path, key))


def mutated_data(valid: Any, chance: random.Random, odd: tuple[Any, ...] = ODD) -> Any:
    """A copy with some of it changed, doubled, left out or put in."""
    data = copy.deepcopy(valid)
    for _ in range(chance.choice((1, 1, 2, 3))):
        if not (found := [*places(data)]):
            break
        *path, last = chance.choice(found)
        inside = data
        for key in path:
            inside = inside[key]
        match chance.randrange(10):
            case 0:
                inside.pop(last)
            case 1 if isinstance(inside, dict):
                inside[chance.choice(("", "a", "kind", "x@y", "response.p99"))] = copy.deepcopy(
                    chance.choice(odd)
                )
            case 2 if isinstance(inside, list):
                inside.append(copy.deepcopy(inside[last]))
            case 3 if isinstance(inside, dict):
                inside[str(chance.choice(odd))] = inside.pop(last)
            case _:
                inside[last] = copy.deepcopy(chance.choice(odd))
    return data


def mutated_bytes(valid: bytes, chance: random.Random) -> bytes:
    """`valid` with some of it changed, doubled, left out or put in."""
    data = bytearray(valid)
    for _ in range(chance.choice((1, 1, 2, 8))):
        at = chance.randrange(len(data) + 1)
        match chance.randrange(5):
            case 0 if at < len(data):
                data[at] ^= 1 << chance.randrange(8)
            case 1:
                data[at:at] = chance.randbytes(chance.choice((1, 2, 40)))
            case 2:
                del data[at : at + chance.choice((1, 2, 40))]
            case 3:
                data[at:at] = data[at : at + 60] * chance.choice((1, 3, 20))
            case _:
                data[at : at + 1] = chance.choice(_PIECES)
    return bytes(data)
