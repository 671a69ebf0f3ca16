"""The document of a search for leaks."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from suite.errors import StoreError
from suite.formats.codec import decode_leaks, encode_leaks
from suite.records.leak import LeakSearch
from suite.report.verdict import verdict_word

SCHEMA = 1


def leaks_document(search: LeakSearch, *, exit_code: int | None = None) -> dict[str, Any]:
    """What `--json` writes: base units. `exit_code` is the search's own unless something else ended it."""
    code = search.exit_code if exit_code is None else exit_code
    data = encode_leaks(search)
    return {
        "schema": SCHEMA,
        "commit": data.pop("commit"),
        "environment": data.pop("environment"),
        "verdict": verdict_word(code),
        "exit_code": code,
        "leaks": data,
    }


def parse_leaks(document: Mapping[str, Any]) -> LeakSearch:
    """The search of such a document. Raises StoreError if it is not one, or of a newer schema."""
    inside = document.get("leaks") if isinstance(document, Mapping) else None
    if not isinstance(inside, Mapping) or document.get("schema") != SCHEMA:
        raise StoreError(f"this is not a document of a leak search with schema {SCHEMA}")
    outside = {name: document[name] for name in ("commit", "environment") if name in document}
    return decode_leaks({**inside, **outside})
