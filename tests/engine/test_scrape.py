"""One HTTP answer, whatever the server makes of it."""

import contextlib
import socket
import threading
import time

import pytest

from suite.engine import scrape
from suite.engine.scrape import Unanswered, fetched

OK = b"HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nx 1\n"


class Serving:
    """Call it for the URL of a server that gives these answers in turns; `asked` is what it got."""

    def __init__(self):
        self.asked = []
        self.sockets = []

    def __call__(self, *answers):
        server = socket.create_server(("127.0.0.1", 0))
        self.sockets.append(server)
        threading.Thread(target=self.serve, args=(server, answers), daemon=True).start()
        return f"http://127.0.0.1:{server.getsockname()[1]}"

    def serve(self, server, answers):
        for answer in answers:
            there, _ = server.accept()
            with there, contextlib.suppress(OSError):  # the other side has had enough
                self.asked.append(there.recv(4096).decode())
                for piece in [answer] if isinstance(answer, bytes) else answer:
                    there.sendall(piece)


@pytest.fixture
def serving():
    found = Serving()
    yield found
    for one in found.sockets:
        one.close()


def dripping(body):
    for at in range(len(body)):
        yield body[at : at + 1]
        time.sleep(0.02)


def hanging():
    yield b""
    time.sleep(1.0)


def test_an_answer_is_its_body_and_where_it_came_from(serving):
    url = serving(OK) + "/metrics?all=1"
    assert fetched(url, 5.0) == (b"x 1\n", url)
    assert serving.asked[0].startswith("GET /metrics?all=1 HTTP/1.1\r\n")
    assert "text/plain; version=0.0.4" in serving.asked[0]


def test_redirects_are_followed_and_where_they_led_is_told(serving):
    there = b"HTTP/1.1 307 X\r\nLocation: /metrics/\r\nContent-Length: 0\r\n\r\n"
    url = serving(there, OK)
    assert fetched(f"{url}/metrics", 5.0) == (b"x 1\n", f"{url}/metrics/")


@pytest.mark.parametrize(
    ("answer", "kind", "said"),
    [
        (b"HTTP/1.1 404 X\r\nContent-Length: 0\r\n\r\n", "status 404", "answers with status 404"),
        (b"HTTP/1.1 200 X\r\nContent-Length: 9\r\n\r\nx 1\n", "cut off", "ends its answer 5 bytes early"),
        (b"SSH-2.0-OpenSSH\r\n", "BadStatusLine", "can't be read"),
        (b"", "RemoteDisconnected", "can't be read"),
        (b"HTTP/1.1 200 X\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nab", "IncompleteRead", "can't be read"),
    ],
)
def test_what_is_no_answer_says_why(serving, answer, kind, said):
    with pytest.raises(Unanswered, match=said) as told:
        fetched(serving(answer), 5.0)
    assert told.value.kind == kind


def test_redirects_in_a_circle_end(serving):
    round_about = b"HTTP/1.1 302 X\r\nLocation: /\r\nContent-Length: 0\r\n\r\n"
    with pytest.raises(Unanswered, match="redirects more than 3 times"):
        fetched(serving(*[round_about] * 4), 5.0)


@pytest.mark.parametrize("slow", [dripping(OK * 20), hanging()], ids=["byte by byte", "never"])
def test_a_slow_answer_ends_in_time(serving, slow):
    since = time.monotonic()
    with pytest.raises(Unanswered) as told:
        fetched(serving(slow), 0.2)
    assert told.value.kind == "timeout"
    assert time.monotonic() - since < 10


def test_a_huge_answer_is_not_read_to_its_end(serving, monkeypatch):
    monkeypatch.setattr(scrape, "_LARGEST", 1000)
    body = b"HTTP/1.1 200 X\r\nContent-Length: 5000\r\n\r\n" + b"x" * 5000
    with pytest.raises(Unanswered) as told:
        fetched(serving(body), 5.0)
    assert told.value.kind == "too large"


def test_nobody_there_is_told():
    with socket.create_server(("127.0.0.1", 0)) as free:
        url = f"http://127.0.0.1:{free.getsockname()[1]}"
    with pytest.raises(Unanswered) as told:
        fetched(url, 1.0)
    assert told.value.kind == "ConnectionRefusedError"


def redirect(target):
    return b"HTTP/1.1 302 X\r\nLocation: " + target + b"\r\nContent-Length: 0\r\n\r\n"


@pytest.mark.parametrize(
    "target",
    [b"http://[", b"http://[x]/", b"//\xe2\x84\x80/", b"http://x:99999999/", b"http://x:y/", b"mailto:a"],
)
def test_a_redirect_to_what_is_no_url_is_no_answer(serving, target):
    with pytest.raises(Unanswered, match=r"^redirects to what is no URL: ") as found:
        fetched(serving(redirect(target)), 5.0)
    assert found.value.kind == "redirects"


def test_a_redirect_may_have_any_bytes_in_its_path(serving):
    url = serving(redirect("/für?ä=%20".encode()), OK)
    assert fetched(url, 5.0) == (b"x 1\n", f"{url}/f%C3%BCr?%C3%A4=%20")
