"""HTTP over TLS: agreed on, and not."""

import asyncio
import socket

import pytest
from support.certificates import Certificate, certificate
from support.scripted import Visit, answering, ok, run, scripted

from suite.clients import Http
from suite.clients.errors import ClientError, ConnectFailed, ConnectTimedOut, TlsFailed


@pytest.fixture(scope="module")
def ours(tmp_path_factory: pytest.TempPathFactory) -> Certificate:
    return certificate(tmp_path_factory.mktemp("ours"), "IP:127.0.0.1,DNS:localhost")


@pytest.fixture(scope="module")
def elsewhere(tmp_path_factory: pytest.TempPathFactory) -> Certificate:
    return certificate(tmp_path_factory.mktemp("elsewhere"), "DNS:elsewhere.example")


@pytest.mark.parametrize("runner", [run, asyncio.run])
def test_a_session(ours: Certificate, runner) -> None:
    async def body() -> None:
        async with scripted(answering(ok()), ours.server()) as server:
            assert server.url.startswith("https:")
            async with await Http.connect(server.url, ssl=ours.client()) as http:
                for _ in range(5):
                    assert (await http.get("/", expect=200)).body == b"hello"
                content = bytes(range(256)) * 8_000
                assert (await http.post("/", body=content, timeout=30)).status == 200
                async with http.pipeline() as pipe:
                    answers = [pipe.get("/") for _ in range(3)]
                assert [answer.result().body for answer in answers] == [b"hello"] * 3
            assert server.connections == 1
            assert server.requests[5].endswith(content)

    runner(body())


def test_large_answers(ours: Certificate) -> None:
    content = bytes(range(256)) * 8_000

    async def body() -> None:
        async with (
            scripted(answering(ok(content)), ours.server()) as server,
            await Http.connect(server.url, ssl=ours.client()) as http,
        ):
            for _ in range(3):
                assert (await http.get("/")).body == content

    run(body())


async def failure(url: str, trusted: Certificate | None = None, **options: str) -> ClientError:
    with pytest.raises(ClientError) as caught:
        await Http.connect(url, ssl=trusted.client() if trusted else None, **options)  # type: ignore[arg-type]
    assert isinstance(caught.value, ConnectFailed)
    return caught.value


def test_a_certificate_that_nobody_vouches_for(ours: Certificate) -> None:
    async def body() -> None:
        async with scripted(answering(ok()), ours.server()) as server:
            error = await failure(server.url)
            assert isinstance(error, TlsFailed)
            assert (error.cause, "self-signed" in str(error)) == ("tls", True)

    run(body())


def test_a_certificate_of_another_host(elsewhere: Certificate) -> None:
    async def body() -> None:
        async with scripted(answering(ok()), elsewhere.server()) as server:
            error = await failure(server.url, elsewhere)
            assert isinstance(error, TlsFailed)
            assert "127.0.0.1" in str(error)

    run(body())


@pytest.mark.parametrize("said", [b"", b"HTTP/1.1 400 Bad Request\r\n\r\n", b"\0" * 100])
def test_no_tls_at_the_other_end(ours: Certificate, said: bytes) -> None:
    async def script(visit: Visit) -> None:
        await visit._reader.read(10)
        await visit.say(said)

    async def body() -> None:
        async with scripted(script) as server:
            error = await failure(server.url.replace("http:", "https:"), ours)
            assert isinstance(error, TlsFailed), repr(error)
            assert str(error)

    run(body())


def test_an_older_tls_than_we_take(ours: Certificate) -> None:
    async def body() -> None:
        context = ours.server()
        context.maximum_version = context.minimum_version = context.maximum_version.TLSv1_2
        async with scripted(answering(ok()), context) as server:
            client = ours.client()
            client.minimum_version = client.minimum_version.TLSv1_3
            with pytest.raises(TlsFailed):
                await Http.connect(server.url, ssl=client)

    run(body())


def test_a_handshake_that_nobody_answers() -> None:
    with socket.socket() as silent:
        silent.bind(("127.0.0.1", 0))
        silent.listen()

        async def body() -> None:
            error = await failure(f"https://127.0.0.1:{silent.getsockname()[1]}", timeout="50ms")
            assert isinstance(error, ConnectTimedOut)
            assert error.cause == "timeout-connect"
            assert "TLS" in str(error)

        run(body())


def test_plain_http_to_a_tls_port(ours: Certificate) -> None:
    async def body() -> None:
        async with scripted(answering(ok()), ours.server()) as server:
            http = await Http.connect(server.url.replace("https:", "http:"))
            with pytest.raises(ClientError) as caught:
                await http.get("/")
            assert caught.value.cause in ("closed", "reset", "protocol")

    run(body())


def test_secure_cookies_go_back_over_tls_only(ours: Certificate) -> None:
    script = answering(ok(b"", b"Set-Cookie: id=7; Secure"))

    async def body() -> None:
        for tls, sent in ((ours.server(), True), (None, False)):
            async with scripted(script, tls) as server:
                async with await Http.connect(server.url, ssl=ours.client() if tls else None) as http:
                    await http.get("/")
                    await http.get("/")
                assert (b"cookie: id=7" in server.requests[1]) == sent

    run(body())
