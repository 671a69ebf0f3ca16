"""Where options like `--json` send documents and texts: a file, stdout, or nowhere."""

from __future__ import annotations

import io
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from suite.files import check_writable, write_text
from suite.formats.document import print_document, print_text, write_document

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


def deliver_text(text: str, target: str | None, *, private: bool = False) -> None:
    """Write `text` where an option asks for it, for its owner alone if it is `private`. Raises StoreError."""
    if target == STDOUT:
        if isinstance(sys.stdout, io.TextIOWrapper):  # what it can't show is a "?" there
            sys.stdout.reconfigure(errors="replace")
        print_text(text)
    elif target is not None:
        write_text(Path(target), text, private=private)
