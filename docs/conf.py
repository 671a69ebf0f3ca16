"""How the documentation is built: tox -e docs. Offline, search included; a warning is an error."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import suite

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE))

project = "Loadledger"
author = "the authors of Loadledger"
release = version = suite.__version__
extensions = ["myst_parser", "sphinx.ext.autodoc"]
exclude_patterns = ["_build"]
html_theme = "furo"
html_title = f"Loadledger {version}"
html_show_copyright = False
default_role = "code"
autodoc_member_order = "bysource"
autodoc_typehints = "none"
myst_heading_anchors = 4
myst_enable_extensions = ["attrs_block"]
# Links out of the documentation lead into the repository; of CSV there is nothing to colour.
suppress_warnings = ["myst.xref_missing", "misc.highlighting_failure"]
highlight_language = "text"
smartquotes = False


def setup(app: Any) -> None:
    """Have pages filled in that are made of the program itself."""
    from faces import faces_page
    from options import options_page

    made = {"reference/options": options_page, "reference/api": faces_page}

    def fill(_app: Any, name: str, source: list[str]) -> None:
        if name in made:
            source[0] += made[name]()
        elif name == "index":
            source[0] = _index(source[0], app.env.found_docs)

    app.connect("source-read", fill)
    app.connect("autodoc-process-docstring", _plain)


def _plain(_app: Any, _what: str, _name: str, _one: Any, _options: Any, lines: list[str]) -> None:
    """Docstrings are plain text but for `names`: nothing else in them is markup."""
    parts = "\n".join(lines).split("`")
    parts[::2] = [re.sub(r"([*|\\]|_\b)", r"\\\1", text) for text in parts[::2]]
    lines[:] = "`".join(parts).split("\n")


def _index(text: str, pages: Iterable[str]) -> str:
    """The index without the pages that are not there yet, and with those that it does not name."""
    lines = text.splitlines()
    there = {*pages}
    told = {"index", *lines}
    left = [page for page in sorted(there) if not {page, f"{Path(page).parent}/*"} & told]
    kept = [line for line in lines if not re.fullmatch(r"[a-z]+", line) or line in there]
    return "\n".join(kept).replace("@@others@@", "\n".join(left))
