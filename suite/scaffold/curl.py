"""curl command lines, as browsers and documentation have them, into requests."""

from __future__ import annotations

import re
import shlex
import sys
from base64 import b64encode
from collections import deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import PurePosixPath
from urllib.parse import SplitResult, parse_qsl, quote, urlsplit

from suite.errors import ConfigurationError
from suite.process.redaction import redacted, shown_url
from suite.scaffold.curl_options import SHORT_WITH_VALUE, UNDONE, VALUED
from suite.scaffold.sample_request import Concealment, SampleRequest, SampleRequests, kept_headers

_DATA = {"-d": "data", "--data": "data", "--data-ascii": "data", "--data-raw": "raw", "--data-binary": "data",
         "--data-urlencode": "encoded", "--json": "json"}  # fmt: skip
_SCHEME = re.compile(r"[a-z][a-z0-9+.-]*://", re.IGNORECASE)
_QUOTED = re.compile(r"""'[^']*'|"(?:[^"\\]|\\.)*"|\\.|(?<![\w'"])\$'((?:[^'\\]|\\.)*)'""", re.DOTALL)
"""What a shell has in quotes, or behind a backslash; the group is what bash has in its own quotes."""
_ESCAPE = re.compile(
    r"\\(?:([0-7]{1,3})|(x[0-9a-fA-F]{1,2}|u[0-9a-fA-F]{1,4}|U[0-9a-fA-F]{1,8})|(.))", re.DOTALL
)
_LETTERS = {
    "a": "\a", "b": "\b", "e": "\x1b", "E": "\x1b", "f": "\f", "n": "\n", "r": "\r", "t": "\t", "v": "\v",
    "\\": "\\", "'": "'", '"': '"', "?": "?",
}  # fmt: skip
_SHELL = re.compile(r"[|;&<>]|\d+[<>]")
"""How a word begins where a command has ended, or its output goes elsewhere."""


@dataclass(slots=True)
class _Curl:
    method: str = ""
    urls: list[str] = field(default_factory=list)
    headers: list[tuple[str, str]] = field(default_factory=list)
    data: list[str] = field(default_factory=list)
    fields: list[tuple[str, bool]] = field(default_factory=list)  # and whether it is text to the letter
    query: list[str] = field(default_factory=list)
    json: bool = False
    get: bool = False
    todo: list[str] = field(default_factory=list)


def read_curl(text: str, title: str = "curl") -> SampleRequests:
    """All curl commands in `text`, each of one line or going on behind backslashes.

    What else stands there is left out and told. Raises ConfigurationError if there is no curl command.
    """
    hide, found, left = Concealment(), list[SampleRequest](), list[str]()
    origin = ""
    for line in _commands(text):
        try:
            words = shlex.split(_plain_quotes(line), comments=False)
        except ValueError as error:
            raise ConfigurationError(f"{title}: {error} in: {redacted(line)[:80]}") from error
        begin = next((i + 1 for i, word in enumerate(words[:4]) if _is_curl(word)), 0)
        if not begin:
            left.append(f"no curl command: {redacted(line)[:60]}")
            continue
        said = _read(words[begin:])
        if not said.urls:
            raise ConfigurationError(f"{title}: a curl command without a URL: {redacted(line)[:80]}")
        for url in said.urls:
            try:
                parts = urlsplit(url if _SCHEME.match(url) else f"http://{url}")
            except ValueError as error:
                raise ConfigurationError(f"{title}: {shown_url(url)} is no URL: {error}") from error
            base = f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}"
            origin = origin or base
            if base != origin:
                left.append(f"{said.method or 'GET'} {base}{parts.path}: another server than {origin}")
                continue
            found.append(_request(said, parts, hide))
    if not found:
        raise ConfigurationError(
            f"{title}: there is no curl command in it, like curl http://127.0.0.1:8000/items"
        )
    return SampleRequests(title, origin, tuple(found), left=tuple(left))


def _commands(text: str) -> Iterator[str]:
    """Commands: a line each, but for backslashes (of cmd.exe carets) at its end, and quotes that go on."""
    held, quote = list[str](), ""
    for line in text.replace("\r\n", "\n").split("\n"):
        if not held and (not line.strip() or line.lstrip().startswith("#")):
            continue
        line = line if held else re.sub(r"^\s*\$ ", "", line)
        quote = _open_quote(line, quote)
        if re.search(r"(?<!\\)(\\\\)*\\$", line) or line.endswith(" ^"):
            held.append(line[:-1] + " ")
        elif quote:
            held.append(line + "\n")
        else:
            yield from filter(None, ["".join([*held, line]).strip()])
            held = []
    yield from filter(None, ["".join(held).strip()])


def _open_quote(line: str, quote: str) -> str:
    """The quote that is open behind `line`, which begins within `quote`: ', ", of bash $', or "" for none."""
    escaped = False
    for at, letter in enumerate(line):
        if escaped:
            escaped = False
        elif letter == "\\" and quote != "'":
            escaped = True
        elif quote:
            quote = "" if letter == quote[-1] else quote
        elif letter in "'\"":
            bash = letter == "'" and line[at - 1 : at] == "$"
            quote = f"${letter}" if bash else letter
    return quote


def _plain_quotes(text: str) -> str:
    """Quotes of bash, $'...' as ordinary quotes."""

    def plain(found: re.Match[str]) -> str:
        if found[1] is None:  # a dollar within other quotes is none
            return found[0]
        return shlex.quote(_ESCAPE.sub(_meant, found[1]))

    return _QUOTED.sub(plain, text)


def _meant(found: re.Match[str]) -> str:
    """What an escape of bash stands for; one that it has not stays as it is, backslash and all."""
    octal, number, letter = found.groups()
    if octal or number:
        code = int(octal, 8) & 0xFF if octal else int(number[1:], 16)
        return chr(code) if code <= sys.maxunicode else found[0]
    return _LETTERS.get(letter, found[0])


def _is_curl(word: str) -> bool:
    return PurePosixPath(word).name in ("curl", "curl.exe")


def _read(words: Sequence[str]) -> _Curl:
    said, queue, plain = _Curl(), deque(words), False
    while queue:
        word = queue.popleft()
        if not plain and _SHELL.match(word):
            break
        if plain or not word.startswith("-") or word == "-":
            said.urls += [word] if word else []
            continue
        if word == "--":
            plain = True
            continue
        if word.startswith("--"):
            _option(said, word, None, queue)
            continue
        for at, letter in enumerate(word[1:], 1):  # several in one: -sSXPOST
            if letter in SHORT_WITH_VALUE:
                _option(said, f"-{letter}", word[at + 1 :] or None, queue)
                break
            _option(said, f"-{letter}", None, queue)
    return said


def _option(said: _Curl, option: str, value: str | None, queue: deque[str]) -> None:
    def argument() -> str:
        if value is not None:
            return value
        if not queue:
            raise ConfigurationError(f"curl: {option} wants a value")
        return queue.popleft()

    match option:
        case "-X" | "--request":
            said.method = argument().upper()
        case "-H" | "--header":
            name, colon, text = argument().partition(":")
            if colon and text.strip():
                said.headers.append((name.strip(), text.strip()))
        case "-A" | "--user-agent":
            said.headers.append(("User-Agent", argument()))
        case "-e" | "--referer":
            argument()
        case "-b" | "--cookie":
            _cookie(said, argument())
        case "-u" | "--user":
            basic = b64encode(argument().encode()).decode()
            said.headers.append(("Authorization", f"Basic {basic}"))
        case "--oauth2-bearer":
            said.headers.append(("Authorization", f"Bearer {argument()}"))
        case "-F" | "--form":
            said.fields.append((argument(), False))
        case "--form-string":
            said.fields.append((argument(), True))
        case "--url-query":
            said.query.append(argument())
        case "-G" | "--get":
            said.get = True
        case "-I" | "--head":
            said.method = said.method or "HEAD"
        case "--url":
            said.urls.append(argument())
        case _ if option in _DATA:
            _data(said, _DATA[option], argument())
        case _ if option in VALUED:
            argument()
            if option in UNDONE:
                said.todo.append(f"curl's {option} is not done here")


def _cookie(said: _Curl, text: str) -> None:
    if "=" in text:
        said.headers.append(("Cookie", text))
    else:
        said.todo.append("its cookies came from a file of curl's")


def _data(said: _Curl, kind: str, text: str) -> None:
    if kind == "json":
        said.json = True
    name, sign, value = text.partition("=")
    if kind == "encoded" and not sign and "@" in name:
        name, _, file = name.partition("@")
        said.todo.append(f"its {name or 'content'} came from the file {file}")
        text = f"{name}=" if name else ""
    elif kind == "encoded":
        text = f"{name}={quote(value, safe='')}" if sign and name else quote(value if sign else name, safe="")
    elif kind != "raw" and text.startswith("@"):
        said.todo.append(f"its content came from the file {text[1:]}")
        text = ""
    said.data.append(text)


def _request(said: _Curl, parts: SplitResult, hide: Concealment) -> SampleRequest:
    content = ("" if said.json else "&").join(said.data)
    query = parse_qsl(parts.query, keep_blank_values=True)
    for more in (*said.query, *([content] if said.get else [])):
        query += parse_qsl(more.removeprefix("+"), keep_blank_values=True)
    has_content = bool(said.data or said.fields) and not said.get
    headers = {name.lower(): value for name, value in said.headers}
    kind = headers.pop("content-type", "")
    if said.json:
        kind = kind or "application/json"
        headers.setdefault("accept", "application/json")
    if parts.username is not None:
        basic = b64encode(f"{parts.username}:{parts.password or ''}".encode()).decode()
        headers.setdefault("authorization", f"Basic {basic}")
    method = said.method or ("POST" if has_content else "GET")
    path = parts.path or "/"
    found = SampleRequest(
        f"{method} {path}", method, path, hide.pairs(query), kept_headers(headers.items(), hide),
        todo=tuple(said.todo),
    )  # fmt: skip
    found = hide.path(found)
    if said.fields:
        return _multipart(found, said.fields, hide)
    if has_content:
        kind = kind or "application/x-www-form-urlencoded"
        found = hide.content(found, content, kind)
        if found.text is not None or ("json" not in kind and found.has_json):
            found = replace(found, headers=(*found.headers, ("content-type", kind)))
    return found


def _multipart(found: SampleRequest, fields: Sequence[tuple[str, bool]], hide: Concealment) -> SampleRequest:
    form, files = list[tuple[str, str]](), list[tuple[str, str]]()
    for text, literal in fields:
        name, _, value = text.partition("=")
        if value[:1] in ("@", "<") and not literal:
            files.append((name, PurePosixPath(value[1:].partition(";")[0]).name))
        else:
            form.append((name, value))
    return replace(found, form=hide.pairs(form), files=tuple(files))
