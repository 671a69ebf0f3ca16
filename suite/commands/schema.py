"""`suite schema`: the JSON schema of documents."""

from __future__ import annotations

from typing import Annotated

import typer

from suite.errors import ConfigurationError

EPILOG = """
\b
Examples:
  suite schema                     of documents of every kind
  suite schema run                 of what suite run --json writes
  suite schema capacity
"""


def command(
    kind: Annotated[str | None, typer.Argument(metavar="KIND", help="One kind of document. [all]")] = None,
) -> None:
    """Print the JSON schema of the documents that are written and kept."""
    from suite.formats.document import print_document
    from suite.formats.envelope import KINDS, json_schema

    chosen = [one for one in KINDS if kind in (None, one)]
    if not chosen:
        raise ConfigurationError(f"no kind of document is {kind!r}; there are {', '.join(KINDS)}")
    print_document(json_schema(*chosen))
