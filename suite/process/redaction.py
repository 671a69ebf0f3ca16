"""Takes out of text what looks like a secret, before it is kept where others read it."""

from __future__ import annotations

import html
import json
import os
import re
import shlex
from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache
from typing import Any
from urllib.parse import quote, quote_plus

from suite.process.secret_forms import (
    ANYWHERE,
    ASSIGNED,
    AUTHORIZED,
    GIVEN,
    HEADER,
    HIDDEN,
    NAMED,
    OPTION,
    after,
)
from suite.process.told_secrets import all_told_forms, told_forms

_SHORTEST = 6
"""Characters of a value that is taken out wherever it stands: shorter ones are words."""
_FOLDER = "PWD"
"""A variable of shells, and no password."""
_LONGEST_NAME = 200
_LOOKED_AT = 1 << 16
_hidden: set[str] = set()
_QUOTE = re.compile(r"""\\*["']""")
_CODED = re.compile("%[0-9A-F]{2}")
_NO_PORT = re.compile(r"(://[^:/?#@\s\[\]]*:)(?![\d,]*(?:[/?#]|\Z)|[^/?#]*[,{])[^/?#]+")
"""What is no number where a port should be: a password without its host, or a part of one."""
_HOST = re.compile(r"([^:@]*|\[[^\]]*\])(:\d*)?")


def prepare() -> None:
    """Make what `redacted` looks with (once, some 70 ms): before what is timed."""
    after()
    all_told_forms()


def hide(value: str) -> None:
    """Have `redacted` take this value out from now on, in this process."""
    if len(value) >= _SHORTEST:
        _hidden.add(value)


def shown_value(name: str, value: Any) -> Any:
    """A parameter as it may be kept and shown: plain data, without what looks like a secret."""
    if value is None or isinstance(value, int | float):
        return value
    text = str(value)
    if not text or not NAMED.search(name):
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
        given = GIVEN.fullmatch(word)
        secret = secret and not (word.startswith("-") and (OPTION.fullmatch(word) or word[1:2] == "-"))
        if secret:
            hide(word)
            yield shlex.quote(HIDDEN)
        elif given:
            hide(given[2])
            yield f"{given[1]}{HIDDEN}"
        elif header := HEADER.fullmatch(word):
            hide(header[1])
            yield shlex.quote(redacted(word))
        else:
            yield shlex.quote(word)
        secret = OPTION.fullmatch(word) is not None


def shown_url(url: str) -> str:
    """A URL as it may be kept and shown: without who asks, and without its query."""
    place, mark, _ = without_password(url).partition("#")[0].partition("?")
    return without_false_port(place) + (f"?{HIDDEN}" if mark else "")


def without_false_port(url: str) -> str:
    """A URL without what stands where a port should, and is none."""
    return _NO_PORT.sub(rf"\1{HIDDEN}", url)


def redacted(text: str, *environments: Mapping[str, str]) -> str:
    """`text` without credentials in URLs, tokens, keys, what is assigned to such a name, what is hidden, and
    the values that variables of such names have in the `environments`.
    """
    values = {
        value
        for environment in environments
        for name, value in environment.items()
        if NAMED.search(name) and name != _FOLDER and len(value) >= _SHORTEST
    } | _hidden
    known = {one for value in values if len(one := value.strip()) >= _SHORTEST}  # of a file: its line's end
    for value in sorted({form for one in known for form in _forms(one)}, key=len, reverse=True):
        text = text.replace(value, HIDDEN)
    text = ANYWHERE.sub(HIDDEN, text)
    return _unassigned(text)


@lru_cache(4096)
def shown_name(text: str) -> str:
    """What somebody else calls a thing (a figure, a status, a cause), as it may be kept; they come often."""
    return excerpt(text, _LONGEST_NAME)


def excerpt(text: str, most: int) -> str:
    """The first `most` characters of a text without secrets: it is cut after them, half a secret is not known
    as one. An answer of megabytes, which take a second each, is not looked through.
    """
    return redacted(text[:_LOOKED_AT], os.environ)[:most]


@lru_cache(256)
def _forms(value: str) -> frozenset[str]:
    """How a value is written: as it is, in a URL, in a form, in JSON, in a page, as Python does."""
    coded = {quote(value, safe=safe, errors="replace") for safe in ("", "/")}
    coded.add(quote_plus(value, errors="replace"))
    texts = {json.dumps(value, ensure_ascii=plain)[1:-1] for plain in (True, False)}
    return frozenset({
        value,
        *coded,
        *(_CODED.sub(lambda one: one[0].lower(), form) for form in coded),
        *texts,
        *(form.replace("/", "\\/") for form in texts),
        html.escape(value),
        repr(value)[1:-1],
        repr(f'"{value}')[2:-1],
    })  # fmt: skip


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
    text = AUTHORIZED.sub(rf"\1{HIDDEN}", text)
    for form in after():
        text = form.sub(_without_end, text)
    text = ASSIGNED.sub(_without_value, text)
    for form in told_forms(text):
        text = form.sub(_without_end, text)
    return text


def _without_end(found: re.Match[str]) -> str:
    value = found[0][found.end(1) - found.start() :]
    quote = value[0] if value[0] in "\"'" and value[-1] == value[0] else ""
    return f"{found[0][: found.end(1) - found.start()]}{quote}{HIDDEN}{quote}"


def _without_value(found: re.Match[str]) -> str:
    value = found[0][len(found[1]) :]
    if found[2] is not None:
        return f"{found[1]}{found[2]}{HIDDEN}"
    quote = _QUOTE.match(value)
    return f"{found[1]}{quote[0]}{HIDDEN}{quote[0]}" if quote else f"{found[1]}{HIDDEN}"
