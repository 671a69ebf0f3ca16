"""`suite faults`: a proxy by hand."""

import signal
import socket
import threading

import pytest
from support.processes import Suite


@pytest.fixture
def echo():
    """The port of a server that gives back what comes."""
    with socket.create_server(("127.0.0.1", 0)) as server:

        def serve():
            while True:
                try:
                    connection, _ = server.accept()
                except OSError:
                    return
                with connection:
                    connection.sendall(connection.recv(100))

        threading.Thread(target=serve, daemon=True).start()
        yield server.getsockname()[1]
        server.shutdown(socket.SHUT_RDWR)


def asked(port):
    with socket.create_connection(("127.0.0.1", port), timeout=10) as connection:
        connection.sendall(b"hello")
        return connection.recv(100)


def test_a_way_fails_as_it_was_said_until_ctrl_c(tmp_path, echo):
    suite = Suite(tmp_path, "faults", f"http://127.0.0.1:{echo}", "at 1min partition", "reset 1s")
    try:
        first = suite.process.stdout.readline()
        port = int(first.split()[0].rpartition(":")[2])
        assert first.rstrip().endswith(f"leads to 127.0.0.1:{echo}")
        assert "Reset begins" in suite.process.stdout.readline()
        with pytest.raises(ConnectionError):
            asked(port)
        assert "Reset ends, it met 1" in suite.process.stdout.readline()
        assert asked(port) == b"hello"
    finally:
        suite.process.send_signal(signal.SIGINT)
        assert suite.finish() == 130
    assert suite.err == ""


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("127.0.0.1:1", "earthquake"), "no fault is called 'earthquake'"),
        (("nowhere:port",), "'nowhere:port' is no address"),
        (("127.0.0.1:1", "--seconds", "0"), "--seconds must be above 0"),
    ],
)
def test_what_makes_no_sense_is_told_before_it_listens(command, words, told):
    said = command("faults", *words)
    assert said.code == 2
    assert told in said.err
    assert said.out == ""


def test_a_port_that_is_taken(command, echo):
    said = command("faults", "127.0.0.1:1", "--listen", echo, "--seconds", "1")
    assert said.code == 2
    assert f"can't listen on port {echo}" in said.err
