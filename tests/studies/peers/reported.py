"""What each load generator says about itself, read from its output."""

import json
import re
from dataclasses import dataclass


@dataclass(frozen=True)
class Reported:
    """A tool's own figures: requests per second, percentiles of its latency in seconds, failures."""

    throughput: float
    p50: float
    p99: float
    failures: int = 0


class Unreadable(Exception):
    """A tool's output has not the form that is known here."""


_SECONDS = {"us": 1e-6, "ms": 1e-3, "s": 1.0, "m": 60.0}


def ours(text):
    """Our own generators print one line of JSON; the engine may have said something before it."""
    lines = [line for line in text.splitlines() if line.startswith("{")]
    if not lines:
        raise Unreadable(text)
    return Reported(**json.loads(lines[-1]))


def wrk(text):
    """Of `wrk --latency`."""
    quantiles = re.findall(r"^ +(\d+)%\s+([\d.]+)(us|ms|s|m) *$", text, re.MULTILINE)
    found = {name: float(value) * _SECONDS[unit] for name, value, unit in quantiles}
    errors = re.search(r"Socket errors: connect (\d+), read (\d+), write (\d+), timeout (\d+)", text)
    bad = re.search(r"Non-2xx or 3xx responses: (\d+)", text)
    failures = sum(map(int, errors.groups())) if errors else 0
    return Reported(
        _number(r"Requests/sec:\s+([\d.]+)", text),
        _of(found, "50", text),
        _of(found, "99", text),
        failures + (int(bad[1]) if bad else 0),
    )


def hey(text):
    """Of `hey`, which leaves percentiles out that have too few samples."""
    found = {
        name: float(value) for name, value in re.findall(r"^ +(\d+)%+ in ([\d.]+) secs$", text, re.MULTILINE)
    }
    codes = re.findall(r"^ +\[(\d+)\]\s+(\d+) responses$", text, re.MULTILINE)
    errors = re.findall(
        r"^ +\[(\d+)\]\s+(?!\d+ responses$)\S.*$", text.partition("Error distribution:")[2], re.M
    )
    failures = sum(int(count) for code, count in codes if not code.startswith("2")) + sum(map(int, errors))
    return Reported(
        _number(r"Requests/sec:\s+([\d.]+)", text), _of(found, "50", text), _of(found, "99", text), failures
    )


def ab(text):
    """Of `ab`, which counts whole milliseconds."""
    found = {
        name: int(value) * 1e-3 for name, value in re.findall(r"^ +(\d+)% +(\d+)(?: |$)", text, re.MULTILINE)
    }
    return Reported(
        _number(r"Requests per second:\s+([\d.]+)", text),
        _of(found, "50", text),
        _of(found, "99", text),
        sum(map(int, re.findall(r"^(?:Failed requests|Non-2xx responses):\s+(\d+)$", text, re.MULTILINE))),
    )


def autocannon(text):
    """Of `autocannon --json`, which counts whole milliseconds."""
    start = text.find('{"')
    if start < 0:
        raise Unreadable(text)
    document, _ = json.JSONDecoder().raw_decode(text[start:])
    latency = document["latency"]
    return Reported(
        document["requests"]["average"],
        latency["p50"] * 1e-3,
        latency["p99"] * 1e-3,
        document["errors"] + document["non2xx"],
    )


def locust(text):
    """Of `locust --headless --only-summary`: two tables that end in "Aggregated"; whole milliseconds."""
    rows = [line.split() for line in text.splitlines() if line.lstrip().startswith("Aggregated")]
    heads = [line.split() for line in text.splitlines() if line.startswith("Type ") and "50%" in line]
    if len(rows) < 2 or not heads:
        raise Unreadable(text)
    total, quantiles = rows[0], dict(zip(heads[0][2:], rows[1][1:], strict=False))
    return Reported(
        float(total[total.index("|", total.index("|") + 1) + 1]),
        float(quantiles["50%"]) * 1e-3,
        float(quantiles["99%"]) * 1e-3,
        int(total[2].partition("(")[0]),
    )


def _number(pattern, text):
    match = re.search(pattern, text)
    if match is None:
        raise Unreadable(text)
    return float(match[1])


def _of(found, name, text):
    if name not in found:
        raise Unreadable(text)
    return found[name]
