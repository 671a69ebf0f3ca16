"""An answer that comes byte by byte ends as any other that takes too long."""

from __future__ import annotations

import socket
import threading
import time
import urllib.error
from collections.abc import Iterator
from contextlib import ExitStack, suppress

import pytest
from support.trickling import trickling

from suite.commands.notifying import Notifier
from suite.contract.address import Address
from suite.engine.scrape import Unanswered, fetched
from suite.errors import ConfigurationError
from suite.process.ready import probe_for, wait_ready
from suite.process.timely import TimelyConnection, opener
from suite.scaffold import described, trying

HEADERS = b"HTTP/1.1 200 OK\r\nx: "
BODY = b"HTTP/1.1 200 OK\r\ncontent-length: 100000\r\n\r\n"


@pytest.fixture(params=[b"HTTP", HEADERS, BODY])
def port(request: pytest.FixtureRequest) -> Iterator[int]:
    with trickling(request.param) as port:
        yield port


@pytest.fixture
def endless() -> Iterator[int]:
    with trickling(HEADERS) as port:
        yield port


def test_a_whole_answer_has_the_time(port: int) -> None:
    with pytest.raises((TimeoutError, urllib.error.URLError), match="timed out"):
        opener().open(f"http://127.0.0.1:{port}/", timeout=0.5).read()
    connection = TimelyConnection("127.0.0.1", port, timeout=0.5)
    connection.request("GET", "/")
    with pytest.raises(TimeoutError):
        connection.getresponse().read()
    connection.close()


def test_a_system_that_answers_its_probe_byte_by_byte_is_not_ready(endless: int) -> None:
    """It was waited for without end, whatever its deadline."""
    assert wait_ready(probe_for("/health"), Address(port=endless), None, 0.2) is False


def test_what_is_scraped_byte_by_byte_is_given_up(port: int) -> None:
    with pytest.raises(Unanswered, match=r"gives no (whole )?answer within 0.5 s"):
        fetched(f"http://127.0.0.1:{port}/metrics", 0.5)


def test_init_waits_for_no_answer_without_end(port: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(described, "_SECONDS", 0.5)
    monkeypatch.setattr(trying, "_SECONDS", 0.5)
    with pytest.raises(
        ConfigurationError, match=r"can't read http://127.0.0.1:\d+/openapi.json: .*timed out"
    ):
        described.read_requests(f"http://127.0.0.1:{port}/openapi.json", None, None)


def test_init_asks_no_path_without_end(endless: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(trying, "_SECONDS", 0.5)
    with pytest.raises(TimeoutError):
        trying._status(f"http://127.0.0.1:{endless}", "/")


def test_who_is_told_of_a_verdict_may_not_keep_the_command(
    endless: int, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("suite.commands.notifying._SECONDS", 0.5)
    notifier = Notifier(f"http://127.0.0.1:{endless}/")
    notifier.changes.append({"workload": "a/b", "before": "pass", "verdict": "fail", "commit": None})
    notifier.post()
    assert "could not be told of the verdict: timed out" in capfd.readouterr().err


def test_a_document_is_not_fetched_from_a_url_with_a_password() -> None:
    for url in ("http://me:hunter2@127.0.0.1:9/o.json", "http://me:hunt/er2@127.0.0.1/o.json"):
        with pytest.raises(ConfigurationError) as caught:
            described.read_requests(url, None, None)
        assert "er2" not in str(caught.value)


def test_nothing_but_the_web_is_opened() -> None:
    """A redirect may name anything."""
    for url in ("file:///etc/passwd", "ftp://127.0.0.1/x", "data:,x"):
        with pytest.raises(urllib.error.URLError, match="unknown url type"):
            opener().open(url, timeout=1)


def notifier(port: int) -> Notifier:
    told = Notifier(f"http://hooks.example:{port}/")
    told.changes.append({"workload": "a/b", "before": "pass", "verdict": "fail", "commit": None})
    return told


def resolving(monkeypatch: pytest.MonkeyPatch, *addresses: str) -> None:
    """Have any name resolve to these."""

    def found(_host: str, port: int, *_: object) -> list[object]:
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, port)) for address in addresses]

    monkeypatch.setattr(socket, "getaddrinfo", found)


@pytest.fixture
def dead() -> Iterator[int]:
    """A port of 127.0.0.1 where nobody is answered: as many wait as may."""
    with ExitStack() as held:
        full = held.enter_context(socket.socket())
        full.bind(("127.0.0.1", 0))
        full.listen(0)
        for _ in range(4):
            waiting = held.enter_context(socket.socket())
            waiting.setblocking(False)
            waiting.connect_ex(full.getsockname())
        yield full.getsockname()[1]


def test_all_dead_addresses_of_a_name_share_the_time(
    dead: int, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    """Each of them was waited for as long as for all."""
    resolving(monkeypatch, *["127.0.0.1"] * 20)
    monkeypatch.setattr("suite.commands.notifying._SECONDS", 0.4)
    begun = time.monotonic()
    notifier(dead).post()
    assert 0.3 < time.monotonic() - begun < 20 * 0.4 / 2
    assert "could not be told of the verdict: timed out" in capfd.readouterr().err


def test_an_address_that_answers_is_reached_behind_a_dead_one(
    dead: int, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("suite.commands.notifying._SECONDS", 5.0)
    resolving(monkeypatch, "127.0.0.1", "127.0.0.2")
    with socket.create_server(("127.0.0.2", dead)) as well:

        def answer() -> None:
            with well.accept()[0] as taken:
                taken.recv(1 << 16)
                taken.sendall(b"HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n")

        answering = threading.Thread(target=answer)
        answering.start()
        notifier(dead).post()
        answering.join()
    assert capfd.readouterr().err == ""


def test_a_resolver_that_does_not_answer_keeps_nobody(
    monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    silent = threading.Event()
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_: [silent.wait(30)][1:])
    monkeypatch.setattr("suite.commands.notifying._SECONDS", 0.2)
    notifier(9).post()
    silent.set()
    assert "could not be told of the verdict: timed out" in capfd.readouterr().err


def test_redirects_share_the_time_too() -> None:
    """With each it began anew: ten of them were waited for ten times as long."""
    with socket.create_server(("127.0.0.1", 0)) as again:
        port, asked = again.getsockname()[1], list[bytes]()

        def answer() -> None:
            with suppress(OSError):
                while len(asked) < 9:
                    taken, _ = again.accept()
                    with taken, suppress(OSError):
                        asked.append(taken.recv(1 << 16))
                        time.sleep(0.1)
                        where = b"location: http://127.0.0.1:%d/%d" % (port, len(asked))
                        taken.sendall(b"HTTP/1.1 302 OK\r\n" + where + b"\r\ncontent-length: 0\r\n\r\n")

        answering = threading.Thread(target=answer)
        answering.start()
        with pytest.raises((TimeoutError, urllib.error.URLError), match="timed out"):
            opener().open(f"http://127.0.0.1:{port}/", timeout=0.35)
        again.shutdown(socket.SHUT_RDWR)
        answering.join()
    assert 1 <= len(asked) <= 4
