"""Requests from a document: an OpenAPI description, a browser's recording, curl commands."""

from __future__ import annotations

import http.client
import urllib.error
from dataclasses import replace
from pathlib import Path
from urllib.parse import urlsplit

from suite.errors import ConfigurationError
from suite.files import check_is_file
from suite.process.redaction import shown_url, without_password
from suite.process.timely import opener
from suite.scaffold.curl import read_curl
from suite.scaffold.har import read_har
from suite.scaffold.load_subject import Call, LoadSubject
from suite.scaffold.openapi import read_openapi
from suite.scaffold.requests_source import step_names
from suite.scaffold.sample_request import SampleRequests

_SECONDS = 10.0
_LARGEST = 64 << 20
"""Bytes of a document."""
_TOO_LARGE = f"{{}} is larger than {_LARGEST >> 20} MiB: leave out what is not wanted"


def read_requests(openapi: str | None, har: Path | None, curl: Path | None) -> SampleRequests:
    """The requests of the one document that is given. Raises ConfigurationError."""
    if openapi is not None:
        if openapi.lower().startswith(("http://", "https://")):
            return read_openapi(_fetched(openapi), Path(urlsplit(openapi).path).name or "openapi", openapi)
        return read_openapi(_text(Path(openapi)), Path(openapi).name)
    if har is not None:
        return read_har(_text(har), har.name)
    assert curl is not None, "one of the three is given"
    return read_curl(_text(curl), curl.name)


def requests_subject(requests: SampleRequests, system: LoadSubject | None) -> LoadSubject:
    """`requests` sent to `system`, or to where they were sent before. Raises ConfigurationError."""
    if system is None:
        if not requests.address:
            raise ConfigurationError(
                f"{requests.title} does not say where its server is: give --app, --command or --target"
            )
        address = requests.address
        system = LoadSubject("http", without_password(address), address=address)
    names = step_names(requests)
    calls = tuple(Call(name, one.shown) for name, one in zip(names, requests.requests, strict=True))
    return replace(system, kind="requests", calls=calls, left=requests.left, ready="", requests=requests)


def _text(path: Path) -> str:
    try:
        check_is_file(path)
        with path.open("rb") as file:
            found = file.read(_LARGEST + 1)
        if len(found) > _LARGEST:
            raise ConfigurationError(_TOO_LARGE.format(path))
        return found.decode("utf-8-sig")
    except OSError as error:
        raise ConfigurationError(f"can't read {path}: {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise ConfigurationError(f"{path} is not UTF-8") from error


def _fetched(url: str) -> str:
    if "@" in url.partition("://")[2].partition("/")[0]:
        raise ConfigurationError(
            f"{shown_url(url)} was given with a user or a password, which are not sent; "
            "fetch it yourself, and name the file"
        )
    try:
        with opener().open(url, timeout=_SECONDS) as answer:
            found: bytes = answer.read(_LARGEST + 1)
        text = found.decode("utf-8-sig")
    except (urllib.error.URLError, http.client.HTTPException, OSError, ValueError) as error:
        reason = getattr(error, "reason", error)
        raise ConfigurationError(f"can't read {shown_url(url)}: {reason}") from error
    if len(found) > _LARGEST:
        raise ConfigurationError(_TOO_LARGE.format(shown_url(url)))
    return text
