"""Takes out of text what looks like a secret, before it is kept where others read it."""

from __future__ import annotations

import re
from collections.abc import Mapping

HIDDEN = "***"
_NAMES = r"pass?w|secret|token|api[_-]?key|private[_-]?key|authorization|credential"
_NAMED = re.compile(_NAMES, re.IGNORECASE)
_SHORTEST = 6
"""Characters of a value that is taken out wherever it stands: shorter ones are words."""
_ASSIGNED = re.compile(
    rf"""((?:{_NAMES})[\w-]{{0,40}}["']?\s{{0,3}}[=:]\s{{0,3}}["']?(?:(?:bearer|basic)\s)?)[^\s"',;&}}]+""",
    re.IGNORECASE,
)
_ANYWHERE = re.compile(
    r"(?<=://)[^/\s:@]{0,200}:[^/\s@]{1,200}(?=@)"  # of a URL: user and password
    r"|\beyJ[\w-]{8,2000}\.[\w-]{8,4000}\.[\w-]{0,4000}"  # a JSON web token
    r"|\bAKIA[0-9A-Z]{16}\b"
    r"|-----BEGIN [A-Z ]{0,40}PRIVATE KEY-----.*?(?:-----END [A-Z ]{0,40}PRIVATE KEY-----|\Z)"
    r"|\A(?:(?!-----BEGIN ).)*-----END [A-Z ]{0,40}PRIVATE KEY-----",
    re.DOTALL,
)
"""Nothing here looks further than it says: a program may write anything, and much of it."""
_HOST = re.compile(r"([^:@]*|\[[^\]]*\])(:\d*)?")


def redacted(text: str, *environments: Mapping[str, str]) -> str:
    """`text` without credentials in URLs, tokens, keys, what is assigned to such a name, and the values
    that variables of such names have in the `environments`.
    """
    values = {
        value
        for environment in environments
        for name, value in environment.items()
        if _NAMED.search(name) and len(value) >= _SHORTEST
    }
    for value in sorted(values, key=len, reverse=True):
        text = text.replace(value, HIDDEN)
    text = _ANYWHERE.sub(HIDDEN, text)
    return _unassigned(text)


def without_password(url: str) -> str:
    """A URL or a path as it may be printed: who asks is left out, and what its query calls a password."""
    scheme, slashes, rest = url.partition("://")
    host, slash, path = rest.partition("/")
    if "@" in host:
        url = f"{scheme}{slashes}{host.rpartition('@')[2]}{slash}{path}"
    elif slashes and not _HOST.fullmatch(host.partition("?")[0]):  # a slash in a password should be encoded
        url = f"{scheme}{slashes}{rest.rpartition('@')[2]}"
    elif not slashes and not url.startswith("/"):
        url = url.rpartition("@")[2]
    place, mark, query = url.partition("?")
    return place + mark + _unassigned(query)


def _unassigned(text: str) -> str:
    return _ASSIGNED.sub(lambda found: found[1] + HIDDEN, text)
