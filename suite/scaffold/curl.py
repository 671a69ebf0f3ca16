"""curl command lines, as browsers and documentation have them, into requests."""

from __future__ import annotations

import re
import shlex
from base64 import b64encode
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import PurePosixPath
from urllib.parse import parse_qsl, quote, urlsplit

from suite.errors import ConfigurationError
from suite.scaffold.sample_request import Concealment, SampleRequest, SampleRequests, kept_headers

_DATA = {"-d": "data", "--data": "data", "--data-ascii": "data", "--data-raw": "raw", "--data-binary": "raw",
         "--data-urlencode": "encoded", "--json": "json"}  # fmt: skip
_VALUED = {
    "-o", "--output", "-m", "--max-time", "--connect-timeout", "-x", "--proxy", "--cacert", "-E", "--cert",
    "--key", "--retry", "-w", "--write-out", "-c", "--cookie-jar", "--resolve", "--limit-rate", "--ciphers",
    "--retry-delay", "--max-redirs", "-K", "--config", "-r", "--range", "-D", "--dump-header", "-T",
    "--upload-file", "--unix-socket", "--interface", "--connect-to", "--proxy-user", "-U", "-Y", "-y", "-z",
    "--stderr", "--trace", "--trace-ascii", "--tls-max", "--dns-servers", "-C", "--continue-at",
}  # fmt: skip
"""Options with a value that says nothing of the request, or what we can't do."""
_SHORT_WITH_VALUE = "XHdFubAeomxEwcKrDTUYyzC"
_TOLD = {"-T", "--upload-file", "-K", "--config", "-E", "--cert", "--key", "-x", "--proxy", "-r", "--range"}


@dataclass(slots=True)
class _Curl:
    method: str = ""
    urls: list[str] = field(default_factory=list)
    headers: list[tuple[str, str]] = field(default_factory=list)
    data: list[str] = field(default_factory=list)
    fields: list[str] = field(default_factory=list)
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
            raise ConfigurationError(f"{title}: {error} in: {line[:80]}") from error
        if "curl" not in words[:4] and PurePosixPath(words[0]).name != "curl":
            left.append(f"no curl command: {line[:60]}")
            continue
        begin = next(i for i, word in enumerate(words) if PurePosixPath(word).name in ("curl", "curl.exe"))
        said = _read(_until_pipe(words[begin + 1 :]))
        if not said.urls:
            raise ConfigurationError(f"{title}: a curl command without a URL: {line[:80]}")
        for url in said.urls:
            parts = urlsplit(url if "://" in url else f"http://{url}")
            base = f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}"
            origin = origin or base
            if base != origin:
                left.append(f"{said.method or 'GET'} {base}{parts.path}: another server than {origin}")
                continue
            found.append(_request(said, url if "://" in url else f"http://{url}", hide))
    if not found:
        raise ConfigurationError(
            f"{title}: there is no curl command in it, like curl http://127.0.0.1:8000/items"
        )
    return SampleRequests(title, origin, tuple(found), left=tuple(left))


def _commands(text: str) -> Iterator[str]:
    """Commands: a line each, but for backslashes (of cmd.exe carets) at its end, and quotes that go on."""
    held = ""
    for line in text.splitlines():
        if not held and (not line.strip() or line.lstrip().startswith("#")):
            continue
        line = re.sub(r"^\s*\$ ", "", line) if not held else line
        held += line
        if re.search(r"(?<!\\)(\\\\)*\\$", held) or held.endswith(" ^"):
            held = held[:-1] + " "
        elif _open_quote(held):
            held += "\n"
        else:
            yield held.strip()
            held = ""
    if held.strip():
        yield held.strip()


def _open_quote(text: str) -> bool:
    try:
        shlex.split(_plain_quotes(text), comments=False)
    except ValueError as error:
        return "quotation" in str(error)
    return False


def _plain_quotes(text: str) -> str:
    """Quotes of bash, $'...' as ordinary quotes."""

    def plain(found: re.Match[str]) -> str:
        inner = found[1].encode("latin-1", "backslashreplace").decode("unicode_escape")
        return shlex.quote(inner)

    return re.sub(r"(?<![\w'\"])\$'((?:[^'\\]|\\.)*)'", plain, text)


def _until_pipe(words: Sequence[str]) -> list[str]:
    ends = [i for i, word in enumerate(words) if word in ("|", ";", "&&", "||", ">", "&")]
    return [word for word in words[: ends[0] if ends else None] if word]


def _read(words: Sequence[str]) -> _Curl:
    said, queue, plain = _Curl(), list(words), False
    while queue:
        word = queue.pop(0)
        if plain or not word.startswith("-") or word == "-":
            said.urls.append(word)
            continue
        if word == "--":
            plain = True
            continue
        option, value = word, None
        if not word.startswith("--") and len(word) > 2:  # several in one: -sSXPOST
            option = word[:2]
            if word[1] in _SHORT_WITH_VALUE:
                value = word[2:]
            else:
                queue.insert(0, "-" + word[2:])
        _option(said, option, value, queue)
    return said


def _option(said: _Curl, option: str, value: str | None, queue: list[str]) -> None:
    def argument() -> str:
        if value is not None:
            return value
        if not queue:
            raise ConfigurationError(f"curl: {option} wants a value")
        return queue.pop(0)

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
        case "-F" | "--form" | "--form-string":
            said.fields.append(argument())
        case "-G" | "--get":
            said.get = True
        case "-I" | "--head":
            said.method = said.method or "HEAD"
        case "--url":
            said.urls.append(argument())
        case _ if option in _DATA:
            _data(said, _DATA[option], argument())
        case _ if option in _VALUED:
            argument()
            if option in _TOLD:
                said.todo.append(f"curl's {option} is not done here")


def _cookie(said: _Curl, text: str) -> None:
    if "=" in text:
        said.headers.append(("Cookie", text))
    else:
        said.todo.append("its cookies came from a file of curl's")


def _data(said: _Curl, kind: str, text: str) -> None:
    if kind == "json":
        said.json = True
    if kind != "raw" and text.startswith("@"):
        said.todo.append(f"its content came from the file {text[1:]}")
        text = ""
    elif kind == "encoded":
        name, sign, value = text.partition("=")
        text = f"{name}={quote(value, safe='')}" if sign and name else quote(value if sign else name, safe="")
    said.data.append(text)


def _request(said: _Curl, url: str, hide: Concealment) -> SampleRequest:
    parts = urlsplit(url)
    content = ("" if said.json else "&").join(said.data)
    query = parse_qsl(parts.query, keep_blank_values=True)
    if said.get and content:
        query += parse_qsl(content, keep_blank_values=True)
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
    if said.fields:
        return _multipart(found, said.fields, hide)
    if has_content:
        kind = kind or "application/x-www-form-urlencoded"
        found = hide.content(found, content, kind)
        if found.text is not None or ("json" not in kind and found.has_json):
            found = replace(found, headers=(*found.headers, ("content-type", kind)))
    return found


def _multipart(found: SampleRequest, fields: Sequence[str], hide: Concealment) -> SampleRequest:
    form, files = list[tuple[str, str]](), list[tuple[str, str]]()
    for text in fields:
        name, _, value = text.partition("=")
        if value[:1] in ("@", "<"):
            files.append((name, PurePosixPath(value[1:].partition(";")[0]).name))
        else:
            form.append((name, value))
    return replace(found, form=hide.pairs(form), files=tuple(files))
