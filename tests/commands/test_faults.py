"""`suite faults`: a proxy by hand."""

import os
import signal
import socket
import subprocess
import sys
import threading

import pytest
from support.processes import Suite, free_port


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
    with socket.create_connection(("127.0.0.1", port), timeout=30) as connection:
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


def test_a_line_that_is_no_text_is_told_and_the_next_one_heard(tmp_path, echo):
    """It was a traceback, and nothing was heard any more."""
    words = ["faults", f"127.0.0.1:{echo}", "--seconds", "20"]
    strict = {**os.environ, "PYTHONIOENCODING": "utf-8:strict"}
    with subprocess.Popen(
        [sys.executable, "-m", "suite", *words], cwd=tmp_path, env=strict,
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
    ) as suite:  # fmt: skip
        assert b"leads to" in suite.stdout.readline()
        suite.stdin.write(b"earth\xffquake\nreset 20ms\n")
        suite.stdin.flush()
        assert b"Reset begins" in suite.stdout.readline()
        suite.send_signal(signal.SIGINT)
        _, told = suite.communicate(timeout=30)
    assert told.startswith(rb"'earth\\xffquake': no fault is called 'earth\\xffquake'")
    assert b"Traceback" not in told


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("127.0.0.1:1", "earthquake", "latency"), "'latency': Latency needs delay="),  # the second of two
        (("127.0.0.1:1", "earthquake"), "no fault is called 'earthquake'"),
        (("5432",), "'5432' is no address"),
        (("nowhere:port",), "'nowhere:port' is no address"),
        (("127.0.0.1:1", "--seconds", "0"), "--seconds: a time above 0 is wanted"),
        (("127.0.0.1:1", "--seconds", "soon"), "--seconds: 'soon' is not a quantity"),
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


def test_a_target_that_is_not_there_yet_is_told(command):
    said = command("faults", f"127.0.0.1:{free_port()}", "--seconds", "0.01")
    assert said.code == 0
    assert "where nothing answers yet" in said.out


def test_a_host_that_there_is_not_is_told(command, monkeypatch):
    def unknown(*_, **__):
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

    monkeypatch.setattr("socket.create_connection", unknown)
    said = command("faults", "nohost.invalid:80", "--seconds", "0.01")
    assert (said.code, said.err) == (2, "suite: nohost.invalid: Name or service not known\n")


def test_without_standard_streams_it_runs_and_says_that_nobody_hears_it(tmp_path, echo):
    """A service manager may close them: the loop's own files would take their numbers."""
    argv = [sys.executable, "-m", "suite.cli", "faults", f"127.0.0.1:{echo}", "--seconds", "0.01"]
    closed = subprocess.run(
        ["sh", "-c", 'exec "$@" <&- >&-', "sh", *argv], cwd=tmp_path, stderr=subprocess.PIPE, check=False
    )
    line = b"suite: can't write to stdout: it is closed; send it to a file, or to /dev/null\n"
    assert (closed.returncode, closed.stderr) == (2, line)
