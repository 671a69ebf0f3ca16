"""Answers, counted by method, route and status the moment that they begin."""

import asyncio
from types import SimpleNamespace

import pytest

from suite.reference.backend.counted_requests import CountedRequests
from suite.reference.hotel.counters import HotelCounters


def counted(kind, method="GET", **scope):
    """What is counted while an application answers 200, and what it sends."""
    counters, sent = HotelCounters(), []

    async def app(scope, receive, send):
        await send({"type": "http.response.start", "status": 200})
        assert counters.text().count("http_requests_total{") == (kind == "http")
        await send({"type": "http.response.body"})

    async def send(message):
        sent.append(message["type"])

    asyncio.run(CountedRequests(app, counters)({"type": kind, "method": method, **scope}, None, send))
    return counters.text(), sent


@pytest.mark.parametrize(
    ("method", "scope", "labels"),
    [
        ("GET", {"route": SimpleNamespace(path="/a/{key}")}, 'method="GET",route="/a/{key}",status="200"'),
        ("POST", {}, 'method="POST",route="none",status="200"'),
        ("BREW", {}, 'method="other",route="none",status="200"'),
    ],
    ids=["route", "no route", "odd method"],
)
def test_an_answer_is_counted_once(method, scope, labels):
    """Methods that nobody has are one name: a client must not make as many as it likes."""
    text, sent = counted("http", method, **scope)
    assert f"http_requests_total{{{labels}}} 1\n" in text
    assert sent == ["http.response.start", "http.response.body"]


def test_what_is_no_request_is_passed_on_uncounted():
    text, sent = counted("websocket")
    assert "http_requests_total" not in text
    assert len(sent) == 2
