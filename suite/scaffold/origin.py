"""Where the Loadledger that runs here came from, so that what init writes installs the same."""

from __future__ import annotations

import json
import shlex
from collections.abc import Sequence
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path
from urllib.parse import unquote, urlsplit

from suite.errors import ConfigurationError
from suite.process.redaction import redacted, without_password

_NAME = "loadledger"


def installed_from() -> str | None:
    """The URL that pip installed it from, as pip takes it; None if an index of packages had it.

    The source is PEP 610, "Recording the Direct URL Origin of installed distributions".
    """
    try:
        said = distribution(_NAME).read_text("direct_url.json")
    except PackageNotFoundError:
        return None
    return None if said is None else _url(json.loads(said))


def _url(origin: dict[str, object]) -> str:
    url, vcs = str(origin["url"]), origin.get("vcs_info")
    if redacted(url) != url:  # no installer should have left it there
        url = without_password(url)
    if isinstance(vcs, dict):
        return f"{vcs['vcs']}+{url}@{vcs['commit_id']}"
    return url


def requirement(origin: str | None, extras: Sequence[str] = ()) -> str:
    """What pip installs it by, with `extras`, from `origin`; None is an index of packages."""
    name = f"{_NAME}[{','.join(extras)}]" if extras else _NAME
    return name if origin is None else f"{name} @ {origin}"


def in_a_container(*extras: str) -> tuple[str, str]:
    """The option of `docker run` that takes along what is on this machine only, and what to install there."""
    origin = installed_from()
    if not is_here_only(origin):
        return "", requirement(origin, extras)
    place = Path(unquote(urlsplit(origin or "").path))
    return f"-v {shlex.quote(f'{place}:/{place.name}')} ", f"/{place.name}[{','.join(extras)}]"


def is_here_only(origin: str | None) -> bool:
    """Whether no other machine can install it from there."""
    return origin is not None and origin.startswith("file:")


def place_of(url: str) -> str:
    """`url` as a place to install from. Raises ConfigurationError for what is none, could end a string, or
    has a password or a token: the files that it stands in are to be committed.
    """
    try:
        scheme = urlsplit(url).scheme
    except ValueError:
        scheme = ""
    if not scheme or any(one.isspace() or one in "\"'`$\\" for one in url):
        raise ConfigurationError(
            f"--from {redacted(url)!r}: a URL is wanted, like git+https://host/loadledger"
        )
    if redacted(url) != url:
        raise ConfigurationError(
            f"--from {without_password(url)} was given with a password or a token, which would stand in"
            " files that you commit; leave it out of the URL, and let git or pip know it"
            " (a credential helper, .netrc)"
        )
    return url
