"""Systems that run elsewhere already."""

import socket
from collections.abc import Iterator

import pytest

from suite import Remote
from suite.errors import ConfigurationError, SystemFailed


@pytest.fixture
def taken() -> Iterator[int]:
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield server.getsockname()[1]


def test_a_remote_system(taken: int) -> None:
    with Remote(f"http://127.0.0.1:{taken}/api/", speed=3) as system:
        assert (system.host, system.port, system.pid) == ("127.0.0.1", taken, 0)
        assert system.url == f"http://127.0.0.1:{taken}/api"
        assert system.roots() == []
        assert system.failure() is None
        assert system.directory.is_dir()
    assert not system.directory.exists()


def test_a_remote_system_that_is_not_there() -> None:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        remote = Remote(f"http://127.0.0.1:{probe.getsockname()[1]}", deadline="50ms")
        with pytest.raises(SystemFailed, match="nothing answers"), remote:
            pass


@pytest.mark.parametrize(
    ("url", "host", "port"),
    [
        ("http://shop", "shop", 80),
        ("https://shop", "shop", 443),
        ("wss://shop/ws", "shop", 443),
        ("shop:11112", "shop", 11112),
        ("http://[::1]:8000", "::1", 8000),
    ],
)
def test_addresses_of_remote_systems(url: str, host: str, port: int) -> None:
    target = Remote(url).target
    assert (target.host, target.port) == (host, port)


@pytest.mark.parametrize("url", ["", "http://", "http://shop:port", ":80", "http://shop:99999"])
def test_addresses_that_make_no_sense(url: str) -> None:
    with pytest.raises(ConfigurationError, match="is no address"):
        Remote(url)


@pytest.mark.parametrize(
    ("url", "title", "port"),
    [
        ("ARCHIVE@pacs:11112", "ARCHIVE", 11112),
        ("dicom://My PACS@pacs", "My PACS", 104),
        ("pacs:104", "", 104),
        ("http://pacs:8042", "", 8042),
    ],
)
def test_a_dicom_node_may_have_a_title(url: str, title: str, port: int) -> None:
    target = Remote(url).target
    assert (target.title, target.host, target.port) == (title, "pacs", port)


@pytest.mark.parametrize("url", ["http://ARCHIVE@pacs:8042", "SEVENTEEN-LETTERS@pacs:104", "@pacs:104"])
def test_what_is_no_title_is_refused(url: str) -> None:
    with pytest.raises(ConfigurationError):
        Remote(url)


def test_a_password_in_an_address_is_refused_and_not_shown() -> None:
    for url in ("http://me:secret@shop:80", "http://me:secret@", "me:secret@shop:104"):
        with pytest.raises(ConfigurationError) as caught:
            Remote(url)
        assert "secret" not in str(caught.value)
