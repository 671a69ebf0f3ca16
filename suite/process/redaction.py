"""Takes out of text what looks like a secret, before it is kept where others read it."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

HIDDEN = "***"
_NAMES = r"pass?w|secret|token|api[_-]?key|private[_-]?key|authorization|credential"
_KEYS = r"(?<![a-z0-9])key"
"""What ends with this word alone: many a word ends like it."""
_NAMED = re.compile(rf"{_NAMES}|{_KEYS}\Z", re.IGNORECASE)
_SHORTEST = 6
"""Characters of a value that is taken out wherever it stands: shorter ones are words."""
_WORD = r"""[^\s"',;&}]+"""
_QUOTED = r""""(?:[^"\\\r\n]|\\.){1,1000}"|'(?:[^'\\\r\n]|\\.){1,1000}'"""
_ASSIGNED = re.compile(
    rf"""((?:(?:{_NAMES})[\w-]{{0,40}}|(?<=[a-z0-9][_-])key)["']?\s{{0,3}}[=:]\s{{0,3}})"""
    rf"""(?:{_QUOTED}|(["']?(?:(?:bearer|basic)\s)?){_WORD})""",
    re.IGNORECASE,
)
_FACT = r"""[\w-]{1,40}="?[^\s",]{1,500}"?"""
_AUTHORIZED = re.compile(
    r"""(authorization["']?\s{0,3}[=:]\s{0,3})(?!["']|(?:bearer|basic)\s)(?:[\w-]{1,40}[ \t])?"""
    rf"""(?:{_FACT}(?:,\s?{_FACT}){{0,20}}|{_WORD})""",
    re.IGNORECASE,
)
"""Of the header: a scheme of any kind, and what follows it."""
_ANYWHERE = re.compile(
    r"(?<=://)[^/\s:@]{0,200}:[^/\s\"'<>]{1,1000}(?=@)"  # of a URL: user and password, as far as it can be
    r"|\beyJ[\w-]{8,2000}\.[\w-]{8,4000}\.[\w-]{0,4000}"  # a JSON web token
    r"|\bAKIA[0-9A-Z]{16}\b"
    r"|-----BEGIN [A-Z ]{0,40}PRIVATE KEY-----.*?(?:-----END [A-Z ]{0,40}PRIVATE KEY-----|\Z)"
    r"|\A(?:(?!-----BEGIN ).)*-----END [A-Z ]{0,40}PRIVATE KEY-----",
    re.DOTALL,
)
"""Nothing here looks further than it says: a program may write anything, and much of it."""
_OPTION = re.compile(rf"--?(?:[\w-]*(?:{_NAMES})[\w-]*|(?:[\w-]*[_-])?key)", re.IGNORECASE)
"""Of a program, its value being the next word."""
_GIVEN = re.compile(rf"((?:--?)?[\w.-]*(?:(?:{_NAMES})[\w-]*|{_KEYS})=)(.+)", re.IGNORECASE | re.DOTALL)
"""An option, or a variable that `env` sets, with its value."""
_HEADER = re.compile(
    rf"(?:--?[\w-]+=)?[\w-]*(?:(?:{_NAMES})[\w-]*|{_KEYS})\s?:.*?(\S+)", re.IGNORECASE | re.DOTALL
)
"""One of HTTP, with its last word."""
_hidden: set[str] = set()
_HOST = re.compile(r"([^:@]*|\[[^\]]*\])(:\d*)?")


def hide(value: str) -> None:
    """Have `redacted` take this value out from now on, in this process."""
    if len(value) >= _SHORTEST:
        _hidden.add(value)


def shown_value(name: str, value: Any) -> Any:
    """A parameter as it may be kept and shown: plain data, without what looks like a secret."""
    if value is None or isinstance(value, int | float):
        return value
    text = str(value)
    if not text or not _NAMED.search(name):
        return redacted(text)
    if "://" not in text:
        hide(text)
    return HIDDEN


def shown_command(argv: Sequence[str]) -> str:
    """A command line as it may be kept and shown; what is left out of it is hidden from now on."""
    return redacted(" ".join(_shown_words(argv)))


def _shown_words(argv: Sequence[str]) -> Iterator[str]:
    """Each as a shell takes it."""
    secret = False
    for word in argv:
        given = _GIVEN.fullmatch(word)
        secret = secret and not (word.startswith("-") and (_OPTION.fullmatch(word) or word[1:2] == "-"))
        if secret:
            hide(word)
            yield shlex.quote(HIDDEN)
        elif given:
            hide(given[2])
            yield f"{given[1]}{HIDDEN}"
        elif header := _HEADER.fullmatch(word):
            hide(header[1])
            yield shlex.quote(redacted(word))
        else:
            yield shlex.quote(word)
        secret = _OPTION.fullmatch(word) is not None


def shown_url(url: str) -> str:
    """A URL as it may be kept and shown: without who asks, and without its query."""
    place, mark, _ = without_password(url).partition("#")[0].partition("?")
    return place + (f"?{HIDDEN}" if mark else "")


def redacted(text: str, *environments: Mapping[str, str]) -> str:
    """`text` without credentials in URLs, tokens, keys, what is assigned to such a name, what is hidden, and
    the values that variables of such names have in the `environments`.
    """
    values = {
        value
        for environment in environments
        for name, value in environment.items()
        if _NAMED.search(name) and len(value) >= _SHORTEST
    } | _hidden
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
    return _ASSIGNED.sub(_without_value, _AUTHORIZED.sub(rf"\1{HIDDEN}", text))


def _without_value(found: re.Match[str]) -> str:
    quote = found[0][-1] if found[2] is None else ""
    return f"{found[1]}{quote or found[2]}{HIDDEN}{quote}"
