"""A line of an access log into what a request was: common, combined, JSON."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta, timezone
from typing import Any, NamedTuple

_QUOTED = rb'"([^"\\]*(?:\\.[^"\\]*)*)"'
_LINE = re.compile(
    rb"(?:[\w.-]+:\d+ (?=[\da-fA-F:.]+ ))?"  # which of several hosts: it is not the client
    rb"(\S+) (\S+) ([^\[]*)\[([^\]]+)\] " + _QUOTED + rb" (\d{3}|-) (?:\d+|-)"
    rb"(?: " + _QUOTED + rb" " + _QUOTED + rb"(?: (.*))?)?"
)
_STAMP = re.compile(rb"(\d{1,2})/([A-Z][a-z]{2})/(\d{4}):(\d\d):(\d\d):(\d\d)(\.\d+)? ([+-])(\d\d):?(\d\d)")
_MONTHS = {name: i + 1 for i, name in enumerate(b"Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec".split())}
_TOOK = re.compile(rb'(?:^|\s)"?(?:(?:rt|request_time|took|duration)=)?(\d+\.\d+|\d+)"?(?=\s|$)')
_METHOD = re.compile(rb"[A-Z][A-Z_-]{0,30}")
_ESCAPE = re.compile(rb"\\(?:x([0-9a-fA-F]{2})|(.))", re.DOTALL)
_ODD = re.compile(rb"[\x00-\x20\x7f-\xff]")
_ABSOLUTE = re.compile(rb"[A-Za-z][A-Za-z0-9+.-]*://[^/?#]*")
UNITS = {"s": 1.0, "ms": 1e-3, "us": 1e-6, "ns": 1e-9}
_LONGEST = 1e6
"""Seconds that a request may have taken: what says that it took longer is no request time."""
_KNOWN = 4096

_TIMES = ("time", "timestamp", "@timestamp", "ts", "time_iso8601", "time_local", "msec", "datetime", "date")
_BEGINS = ("StartUTC", "StartLocal", "start_time")
_TOOKS = (("request_time", 1.0), ("Duration", 1e-9), ("duration", 1.0), ("duration_ms", 1e-3),
          ("response_time_ms", 1e-3), ("took_ms", 1e-3), ("latency_ms", 1e-3))  # fmt: skip
_CLIENTS = ("remote_addr", "client_ip", "remote_ip", "ClientHost", "remote_host", "clientip", "ip", "client")
_AGENTS = ("http_user_agent", "user_agent", "userAgent", "agent", "request_User-Agent")
_METHODS = ("method", "request_method", "RequestMethod", "verb")
_TARGETS = ("uri", "request_uri", "RequestPath", "url", "path")
_STATUSES = ("status", "status_code", "DownstreamStatus", "code")


class Line(NamedTuple):
    """One request: `stamp` and `took` in seconds, the former since 1970; `target` is path and query.

    `whole`: the stamp has no fraction. `begins`: it is when the request came, whatever others say.
    """

    stamp: float
    whole: bool
    took: float
    client: bytes
    agent: bytes
    method: bytes
    target: bytes
    status: int
    begins: bool = False


Skipped = str
"""Why a line is none: unreadable (it has no such form), no_request (nothing that could be sent again)."""


class LogReader:
    """Reads lines; `took` is the unit of a request time that does not show it by a point."""

    def __init__(self, took: str | None = None) -> None:
        self._unit = None if took is None else UNITS[took]
        self._stamps: dict[bytes, tuple[float, bool] | None] = {}

    def read(self, line: bytes) -> Line | Skipped:
        """What a line says, or why it can't be used."""
        return self._json(line) if line.lstrip()[:1] == b"{" else self._combined(line)

    def _combined(self, line: bytes) -> Line | Skipped:
        found = _LINE.match(line)
        if found is None:
            return "unreadable"
        client, _, _, stamp, request, status, _, agent, rest = found.groups()
        moment = self._stamp(stamp)
        if moment is None:
            return "unreadable"
        asked = _request(request)
        if asked is None:
            return "no_request"
        took = self._took(rest) if rest else 0.0
        code = int(status) if status != b"-" else 0
        return Line(moment[0], moment[1], took, client, agent or b"", *asked, code)

    def _took(self, rest: bytes) -> float:
        """The first request time among the fields behind the agent; 0 where there is none to be sure of."""
        for found in _TOOK.finditer(rest):
            if b"." in found[1]:
                return _took(_number(found[1]))
            if self._unit is not None:
                return _took(_number(found[1]) * self._unit)
        return 0.0

    def _stamp(self, text: bytes) -> tuple[float, bool] | None:
        if text not in self._stamps:
            if len(self._stamps) >= _KNOWN:
                self._stamps.clear()
            self._stamps[text] = _clf_time(text) or _any_time(text.decode("ascii", "replace"))
        return self._stamps[text]

    def _json(self, line: bytes) -> Line | Skipped:
        try:
            said = json.loads(line)
        except (ValueError, RecursionError):
            return "unreadable"
        if not isinstance(said, dict):
            return "unreadable"
        inner = said.get("request")
        fields = {**said, **inner} if isinstance(inner, Mapping) else said
        begins = _first(fields, _BEGINS)
        at = begins if begins is not None else _first(fields, _TIMES)
        moment = _epoch(at) if isinstance(at, int | float) else self._stamp(_bytes(at)) if at else None
        if moment is None:
            return "unreadable"
        method, target = _first(fields, _METHODS), _first(fields, _TARGETS)
        if isinstance(inner, str) and not (method and target):
            asked = _request(inner.encode("utf-8", "replace"))
        else:
            asked = _asked(_bytes(method or ""), _bytes(target or ""))
        if asked is None:
            return "no_request"
        status = _number(_first(fields, _STATUSES))
        client, agent = _bytes(_first(fields, _CLIENTS) or ""), _bytes(_agent(fields))
        took = self._json_took(fields)
        return Line(*moment, took, client, agent, *asked, int(status), begins is not None)

    def _json_took(self, fields: Mapping[str, Any]) -> float:
        for name, unit in _TOOKS:
            if (took := _number(fields.get(name))) > 0:
                return _took(took * (self._unit or unit))
        return 0.0


def _clf_time(text: bytes) -> tuple[float, bool] | None:
    found = _STAMP.fullmatch(text)
    if found is None:
        return None
    day, month, year, hour, minute, second, fraction, sign, hours, minutes = found.groups()
    zone = timedelta(hours=int(hours), minutes=int(minutes)) * (-1 if sign == b"-" else 1)
    try:
        seconds = min(int(second), 59)  # a leap second has no name elsewhere
        at = datetime(
            int(year), _MONTHS[month], int(day), int(hour), int(minute), seconds, tzinfo=timezone(zone)
        )
    except (ValueError, KeyError):
        return None
    return at.timestamp() + float(fraction or 0), fraction is None


def _any_time(text: str) -> tuple[float, bool] | None:
    """ISO 8601, of UTC where it names no zone; or seconds since 1970 as text."""
    try:
        return _epoch(float(text))
    except ValueError:
        pass
    text = re.sub(r"(\.\d{6})\d+", r"\1", text.strip().replace(",", "."))  # nanoseconds
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        return None
    return (at if at.tzinfo else at.replace(tzinfo=UTC)).timestamp(), "." not in text


def _epoch(number: float) -> tuple[float, bool] | None:
    """Seconds, milliseconds, microseconds or nanoseconds since 1970, by their size."""
    if not 0 < number < 1e20:
        return None
    whole = number == int(number) and number < 1e11
    for limit, unit in ((1e11, 1.0), (1e14, 1e-3), (1e17, 1e-6)):
        if number < limit:
            return number * unit, whole
    return number * 1e-9, False


def _request(text: bytes) -> tuple[bytes, bytes] | None:
    """Method and target of a request line as logs have it; None if nothing could be sent for it."""
    if b"\\" in text:
        text = _ESCAPE.sub(_unescaped, text)
    method, _, rest = text.partition(b" ")
    target, space, version = rest.rpartition(b" ")
    return _asked(method, target if space and version.startswith(b"HTTP/") else rest)


def _asked(method: bytes, target: bytes) -> tuple[bytes, bytes] | None:
    if not _METHOD.fullmatch(method):
        return None
    target = target.strip().partition(b"#")[0]
    if not target.startswith(b"/"):
        target, absolute = _ABSOLUTE.subn(b"", target, 1)
        if not absolute:
            return None
        target = target if target.startswith(b"/") else b"/" + target
    return method, _ODD.sub(lambda odd: b"%%%02X" % odd[0][0], target)


def _unescaped(found: re.Match[bytes]) -> bytes:
    if found[1]:
        return bytes([int(found[1], 16)])
    return {b"n": b"\n", b"t": b"\t", b"r": b"\r"}.get(found[2], found[2])


def _first(fields: Mapping[str, Any], names: Iterable[str]) -> Any:
    for name in names:
        if isinstance(value := fields.get(name), str | int | float) and value != "":
            return value
    return None


def _agent(fields: Mapping[str, Any]) -> str:
    """Of Caddy it is one of the headers, as a list."""
    headers = fields.get("headers")
    if isinstance(headers, Mapping):
        found = headers.get("User-Agent")
        return str(found[0] if isinstance(found, list) and found else found or "")
    return str(_first(fields, _AGENTS) or "")


def _number(value: Any) -> float:
    try:
        number = float(value)
    except (TypeError, ValueError, OverflowError):
        return 0.0
    return number if 0 <= number < 1e18 else 0.0


def _took(seconds: float) -> float:
    return seconds if seconds < _LONGEST else 0.0


def _bytes(value: Any) -> bytes:
    return str(value).encode("utf-8", "replace")
