"""Links from asv's pages to ours: they are changed after asv has written them."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from pathlib import Path

from suite.files import write_text

_SCRIPT = """"use strict";
// The link leads to the workload whose graph asv shows; elsewhere to the index.
(() => {{
  const pages = {pages};
  const follow = () => {{
    const link = document.getElementById("loadledger-link");
    const name = decodeURIComponent(location.hash.replace(/^#\\/?/, "").split("?")[0]);
    if (link) link.href = {folder} + "/" + (Object.hasOwn(pages, name) ? pages[name] : "index.html");
  }};
  addEventListener("hashchange", follow);
  addEventListener("DOMContentLoaded", follow);
}})();
"""


def link_pages(site: Path, folder: str, pages: Mapping[str, str]) -> None:
    """Link asv's index.html and error.html to our pages in `folder`; `pages` are the ones of benchmarks.

    Offline asv's pages show nothing but error.html, so that says where to go instead. A page that asv
    does not have, or has with no place for a link, stays as it is. Raises StoreError.
    """
    script = _SCRIPT.format(
        pages=json.dumps(dict(sorted(pages.items())), indent=1), folder=json.dumps(folder)
    )
    write_text(site / folder / "asv.js", script.replace("</", "<\\/"))
    link = f'<a id="loadledger-link" href="{folder}/index.html">Load history</a>'
    load = f'<script src="{folder}/asv.js"></script>'
    _insert(
        site / "index.html",
        [
            (r"</head>", f"{load}\n  "),
            (
                r"""<li id="nav-li-graphdisplay|</ul>\s*</nav>|</body>""",
                f'<li id="nav-li-loadledger">{link}</li>\n\t',
            ),
        ],
    )
    here = f'<a href="{folder}/index.html">The load history</a>'
    said = f"<p><strong>{here} needs no network: open it instead.</strong></p>"
    _insert(site / "error.html", [(r"</body>", f"  {said}\n  ")])


def _insert(page: Path, parts: list[tuple[str, str]]) -> None:
    """Put each text before the first place that its pattern finds, once."""
    if not page.is_file():
        return
    text = page.read_text(encoding="utf-8")
    for pattern, inserted in parts:
        place = re.search(pattern, text, re.IGNORECASE)
        if place and inserted.strip() not in text:
            text = text[: place.start()] + inserted + text[place.start() :]
    write_text(page, text)
