"""Where `--json` sends the result document: a file, stdout, or nowhere."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from suite.files import check_writable
from suite.formats.document import print_document, write_document

STDOUT = "-"


def check_target(target: str | None) -> None:
    """Raise the StoreError that `deliver` would, as far as it can be known before anything is measured."""
    if target is not None and target != STDOUT:
        check_writable(Path(target))


def deliver(data: Mapping[str, Any], target: str | None) -> None:
    """Write `data` where it is asked for. Raises StoreError."""
    if target == STDOUT:
        print_document(data)
    elif target is not None:
        write_document(Path(target), data)
