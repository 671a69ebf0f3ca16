"""docs/troubleshooting.md quotes what is really said."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from suite.cli import COMMANDS

ROOT = Path(__file__).parent.parent
TEXT = (ROOT / "docs" / "troubleshooting.md").read_text()
ROWS = [line.strip("|").split(" | ") for line in TEXT.splitlines() if line.startswith("| ")][1:]
QUOTES = [
    (at, quote) for row in ROWS for at, cell in enumerate(row) for quote in re.findall(r"`(.+?)`", cell)
]
SAID = [quote for at, quote in QUOTES if at == 1 or quote.startswith("→")]
_SHORTEST = 6
"""Letters of a piece between two figures that is worth looking for."""


def texts() -> Iterator[str]:
    """All that our code has between quotes, f-strings piece by piece, as one text."""
    for path in (ROOT / "suite").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                yield re.sub(r"\{.*?\}", "{}", node.value)


@pytest.fixture(scope="module")
def ours() -> str:
    return "\n".join(texts())


@pytest.mark.parametrize("quote", SAID)
def test_what_is_quoted_is_said(ours: str, quote: str) -> None:
    pieces = [piece.strip(" →,:'()[]") for piece in quote.split("…")]
    pieces = [
        part.strip(" :")
        for piece in pieces
        for part in re.split(r"(?<=held back by): |(?<=FAILED) |(?<=waiting for) ", piece)
    ]
    missing = [piece for piece in pieces if len(piece) >= _SHORTEST and piece not in ours]
    assert not missing, f"nothing says {missing}"


def test_each_row_says_what_is_met_said_and_done() -> None:
    assert len(ROWS) > 20
    assert {len(row) for row in ROWS} == {3}


def test_its_commands_exist() -> None:
    assert set(re.findall(r"`suite (\w+)", TEXT)) <= COMMANDS.keys()
