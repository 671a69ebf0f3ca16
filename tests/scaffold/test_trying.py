"""What answers is loaded: asked of a server in this process."""

import http.server
import socket
import threading

import pytest

from suite.errors import SystemFailed
from suite.scaffold.detect import of_command, of_node, of_url
from suite.scaffold.load_subject import LoadSubject
from suite.scaffold.trying import tried, untried

TALK = """
import socket, sys
door = socket.create_server(("127.0.0.1", int(sys.argv[1])))
while True:
    door.accept()[0].close()
"""


class _Answers(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response({"/me": 401, "/gone": 404}.get(self.path, 200))
        self.send_header("content-length", "0")
        self.end_headers()

    def log_message(self, *_):
        pass


@pytest.fixture(scope="module")
def url():
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), _Answers) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


def test_each_path_is_asked_once_and_what_answers_well_is_loaded(url, tmp_path):
    subject = of_url(url, ["/health", "/items", "/me", *(f"/n{number}" for number in range(12))])
    found = tried(subject, tmp_path, {})
    assert [call.text for call in found.calls] == ["/items", *(f"/n{number}" for number in range(10))]
    assert found.ready == "/health"
    assert found.left == ("GET /me answered 401", "GET /n10", "GET /n11")


def test_where_nothing_answers_well_it_says_what_to_name(url, tmp_path):
    with pytest.raises(
        SystemFailed, match="no path answered well: GET /gone answered 404; name one that does"
    ):
        tried(of_url(url, ["/gone"]), tmp_path, {})


def test_what_speaks_another_protocol_is_told_from_what_does_not_start(tmp_path):
    (tmp_path / "talk.py").write_text(TALK)
    assert tried(of_command("{python} talk.py {port}"), tmp_path, {}).kind == "bytes"
    with pytest.raises(SystemFailed):
        tried(of_command("{python} -c pass {port}"), tmp_path, {})


def test_a_node_is_only_connected_to(tmp_path):
    with socket.create_server(("127.0.0.1", 0)) as listening:
        node = of_node(f"ARCHIVE@127.0.0.1:{listening.getsockname()[1]}")
        assert tried(node, tmp_path, {}) == node
    with pytest.raises(SystemFailed, match="nothing answers at"):
        tried(node, tmp_path, {})


def test_untried_all_paths_are_taken():
    subject = LoadSubject("http", "shop", command="x {port}", ready="/health", paths=("/health", "/items"))
    assert [call.text for call in untried(subject).calls] == ["/items"]
    assert [call.text for call in untried(of_command("x {port}")).calls] == ["/"]
    node = of_node("ARCHIVE@there:104")
    assert untried(node) == node
