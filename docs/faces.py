"""What load files import, out of the docstrings of the faces that export it."""

from __future__ import annotations

import inspect
from collections.abc import Iterator
from importlib import import_module

FACES = ("suite", "suite.clients", "suite.faults", "suite.services", "suite.data")
_WITH_METHODS = ("suite.clients",)


def faces_page() -> str:
    """A section for each face, all of its names in the order of the alphabet, constants left out."""
    return "\n".join(line for face in FACES for line in _section(face))


def _section(face: str) -> Iterator[str]:
    module = import_module(face)
    yield f"\n## {face}\n\n```{{eval-rst}}"
    for name in sorted(module.__all__, key=str.lower):
        one = getattr(module, name)
        if inspect.isclass(one):
            yield f".. auto{'exception' if issubclass(one, BaseException) else 'class'}:: {face}.{name}"
            if face in _WITH_METHODS:
                yield "   :members:"
        elif inspect.isroutine(one):
            yield f".. autofunction:: {face}.{name}"
    yield "```"
