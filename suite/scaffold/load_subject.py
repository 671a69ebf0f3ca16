"""What is to be loaded, as far as a load file has to say it."""

from __future__ import annotations

import keyword
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Literal

from suite.scaffold.sample_request import SampleRequests

Kind = Literal["http", "requests", "bytes", "class", "dicom"]
"""How users speak with it."""
_TAKEN = {
    "connect", "close", "keep", "index", "random", "parameters", "prepared", "system", "saw", "arrived",
    "http", "journey", "logged",
}  # fmt: skip
"""What a User has already."""


@dataclass(frozen=True, slots=True)
class Call:
    """One operation: its name, and a path, or a method with its arguments as source."""

    name: str
    text: str
    awaited: bool = False


@dataclass(frozen=True, slots=True)
class LoadSubject:
    """A `command` with {port}, run in `folder`; or an `address`; or a class (`module`, `factory`).

    `place` has to be on the path, `left` says in lines what is not loaded and why, `wants` are packages that
    the command needs. `paths` are known, not tried; so are `requests`, which are sent as they were described.
    """

    kind: Kind
    title: str
    command: str = ""
    folder: str = ""
    address: str = ""
    module: str = ""
    factory: str = ""
    arguments: str = ""
    place: str = ""
    ready: str = ""
    calls: tuple[Call, ...] = ()
    left: tuple[str, ...] = ()
    wants: tuple[str, ...] = ()
    paths: tuple[str, ...] = field(default=("/",))
    requests: SampleRequests | None = None

    @property
    def ours(self) -> bool:
        """Whether we start it: only then is its memory known."""
        return not self.address


def path_calls(paths: Sequence[str]) -> tuple[Call, ...]:
    """An operation for each path, named after it."""
    return tuple(Call(name, path) for name, path in zip(operation_names(paths), paths, strict=True))


def method_calls(methods: Iterable[tuple[str, str, bool]]) -> tuple[Call, ...]:
    """An operation for each method: its name, its arguments, whether it is awaited."""
    told = [*methods]
    names = operation_names([name for name, _, _ in told])
    return tuple(
        Call(own, f"{name}({given})", awaited)
        for own, (name, given, awaited) in zip(names, told, strict=True)
    )


def operation_names(texts: Iterable[str]) -> list[str]:
    """A name that an operation may have for each text, none twice."""
    found: dict[str, None] = {}
    numbers: dict[str, int] = {}
    for text in texts:
        name = re.sub(r"\W+", "_", text.lower(), flags=re.ASCII).strip("_") or "front"
        name = f"get_{name}" if name[0].isdigit() else name
        if name in _TAKEN or keyword.iskeyword(name):
            name += "_"
        own = name
        while own in found:
            numbers[name] = numbers.get(name, 1) + 1
            own = f"{name}_{numbers[name]}"
        found[own] = None
    return [*found]
