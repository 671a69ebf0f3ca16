"""What an install brings."""

from __future__ import annotations

import re
from importlib.metadata import Distribution, PackageNotFoundError, distribution
from pathlib import Path

import pytest

MOST = 150  # MB, of all that comes with us


def needed(name: str, found: dict[str, Distribution] | None = None) -> dict[str, Distribution]:
    """The distribution `name` and those that it needs without extras, beside those `found` before."""
    found = {} if found is None else found
    if name in found:
        return found
    try:
        one = distribution(name)
    except PackageNotFoundError:  # of another platform or Python
        return found
    found[name] = one
    for line in one.requires or ():
        if "extra ==" not in line:
            needed(re.split(r"[^\w.-]", line)[0].lower().replace("_", "-"), found)
    return found


def size(one: Distribution) -> float:
    """MB on disk, without the bytecode that running leaves."""
    files = [Path(str(one.locate_file(file))) for file in one.files or () if file.suffix != ".pyc"]
    return sum(path.stat().st_size for path in files if path.is_file()) / 1e6


def test_the_core_is_small() -> None:
    found = needed("loadledger")
    sizes = {name: size(one) for name, one in found.items()}
    total = sum(sizes.values()) - sizes["loadledger"]
    largest = sorted(sizes.items(), key=lambda item: -item[1])[:4]
    print(f"{total:.0f} MB in {len(sizes) - 1} packages: " + ", ".join(f"{n} {mb:.0f}" for n, mb in largest))  # noqa: T201
    assert total <= MOST
    assert {"numpy", "sqlalchemy", "memray", "uvloop", "psutil", "multiprocess"} <= sizes.keys()


@pytest.mark.parametrize("name", ["asv", "virtualenv", "pydicom", "torch", "fastapi"])
def test_what_only_some_need_is_no_part_of_it(name: str) -> None:
    assert name not in needed("loadledger")
