"""Objects on their way to a fresh process, by value, with the modules that no import would find there."""

from __future__ import annotations

import importlib.util
import pickletools
import sys
from dataclasses import dataclass
from importlib.machinery import ModuleSpec
from pathlib import Path
from types import ModuleType
from typing import Any, Self

import dill


@dataclass(frozen=True, slots=True)
class PickledWorkload:
    """Pickled bytes, and (name, file) of modules that they refer to and that no import would find."""

    pickled: bytes
    modules: tuple[tuple[str, str], ...]

    @classmethod
    def pack(cls, content: Any) -> Self:
        """What lives in `__main__`, a notebook or a function travels whole, the rest by reference."""
        pickled = dill.dumps(content, recurse=True)
        names = {
            argument
            for opcode, argument, _ in pickletools.genops(pickled)
            if "UNICODE" in opcode.name and argument in sys.modules
        }
        return cls(
            pickled,
            tuple((name, str(sys.modules[name].__file__)) for name in sorted(names) if _unimportable(name)),
        )

    def open(self) -> Any:
        """The content, in a process that may never have heard of its modules."""
        for name, file in self.modules:
            load_as(name, Path(file))
        return dill.loads(self.pickled)  # noqa: S301 - our own bytes


def load_as(name: str, path: Path) -> ModuleType:
    """Import the file `path` as module `name`, once; its folder becomes importable, as for a script.

    Raises ImportError if it is not a Python file, and whatever the file raises.
    """
    if name in sys.modules:
        return sys.modules[name]
    folder = str(path.parent)
    if folder not in sys.path:
        sys.path.insert(0, folder)
    spec = importlib.util.spec_from_file_location(name, path)
    if spec is None or spec.loader is None:
        raise ImportError(f"{path} is not a Python file")
    module = importlib.util.module_from_spec(spec)
    _hang_in(name, module)
    try:
        spec.loader.exec_module(module)
    except BaseException:
        del sys.modules[name]
        raise
    return module


def _hang_in(name: str, module: ModuleType) -> None:
    """Register `module`; an import of "a.b" looks for "a" first, so stand-ins for parents must be there."""
    sys.modules[name] = module
    parent, _, child = name.rpartition(".")
    if parent:
        if parent not in sys.modules:
            stand_in = ModuleType(parent)
            stand_in.__path__ = []
            _hang_in(parent, stand_in)
        setattr(sys.modules[parent], child, module)


def _unimportable(name: str) -> bool:
    """Whether a fresh process would not find the module `name` of this one."""
    file = getattr(sys.modules[name], "__file__", None)
    if file is None or name == "__main__":
        return False
    spec = _searched(name)
    if spec is None or spec.origin is None:
        return True
    return spec.origin != "frozen" and Path(spec.origin) != Path(file)


def _searched(name: str) -> ModuleSpec | None:
    """Where an import would find `name` if it were not loaded yet."""
    parent = name.rpartition(".")[0]
    path: list[str] | None = None
    if parent:
        above = _searched(parent)
        if above is None or above.submodule_search_locations is None:
            return None
        path = list(above.submodule_search_locations)
    # Called as the import system calls it: a finder need not have defaults (asv's has none).
    specs = (finder.find_spec(name, path, None) for finder in sys.meta_path)
    return next((spec for spec in specs if spec is not None), None)
