"""The backend over HTTP: what it does, and that whatever it is sent has a clear answer."""

import json
import socket
import time
from typing import Any, cast

import pytest
from hypothesis import HealthCheck, given, settings
from support.asking import Asking, signed_up
from support.variants import exhaustive

from suite.data.audio import audio
from suite.reference.api.settings import SECRET
from suite.reference.api.tokens import issue

WAVE = audio(1, 1.0)


def upload(ask, session, content=WAVE):
    body = (
        b'--XX\r\nContent-Disposition: form-data; name="audio"; filename="a.wav"\r\n\r\n'
        + content
        + b"\r\n--XX--\r\n"
    )
    headers = {"Content-Type": "multipart/form-data; boundary=XX"}
    return ask("POST", f"/sessions/{session}/audio", headers=headers, body=body)


@pytest.fixture(scope="module")
def session(ada):
    """Of ada."""
    patient = ada("POST", "/patients", {"name": "Ben"}).body["id"]
    new = {"patient_id": patient, "started_at": 1_700_000_000, "minutes": 50, "summary": "slept well"}
    return ada("POST", "/sessions", new).body


@pytest.fixture(scope="module")
def eve(backend):
    """Another therapist."""
    return signed_up(backend.url, "eve")


def test_sessions_are_read_page_by_page_the_latest_first(ada, session):
    for number in range(4):
        new = {"patient_id": session["patient_id"], "started_at": number, "minutes": 20}
        assert ada("POST", "/sessions", new).status == 201
    first = ada("GET", "/sessions?size=3").body
    assert [one["started_at"] for one in first["items"]] == [1_700_000_000, 3, 2]
    assert first["more"]
    last = ada("GET", "/sessions?size=3&page=2").body
    assert [one["started_at"] for one in last["items"]] == [1, 0]
    assert not last["more"]
    of_one = ada("GET", f"/sessions?patient={session['patient_id']}").body
    assert len(of_one["items"]) == 5
    whole = ada("GET", f"/sessions/{session['id']}").body
    assert whole["summary"] == "slept well"
    load = ada("GET", "/caseload").body
    assert load["sessions"] == 5
    assert load["minutes"] == 130
    assert load["patients"][0]["longest"] == 50


def test_a_therapist_sees_their_own_only(ada, eve, session):
    assert upload(ada, session["id"]).status == 201
    note = ada("POST", f"/sessions/{session['id']}/notes").body["id"]
    paths = [
        f"/patients/{session['patient_id']}", f"/sessions/{session['id']}", f"/notes/{note}",
        f"/sessions?patient={session['patient_id']}",
    ]  # fmt: skip
    for path in paths:
        assert ada("GET", path).status == 200
        assert eve("GET", path).status == 404, path
    assert upload(eve, session["id"]).status == 404
    assert eve("POST", f"/sessions/{session['id']}/notes").status == 404
    new = {"patient_id": session["patient_id"], "started_at": 0, "minutes": 1}
    assert eve("POST", "/sessions", new).status == 404
    assert eve("GET", "/sessions").body == eve("GET", "/patients").body == {"items": [], "more": False}


def test_a_note_is_extracted_in_the_background(backend, ada, session):
    upload(ada, session["id"])
    upload(ada, session["id"])
    begun = ada("POST", f"/sessions/{session['id']}/notes")
    assert begun.status == 202
    end = time.monotonic() + 20
    while (note := ada("GET", begun.headers["Location"]).body)["state"] in ("queued", "running"):
        assert time.monotonic() < end
        time.sleep(0.02)
    assert note["state"] == "done"
    assert note["text"].startswith("1.0 s of audio")
    assert len(list((backend.directory / "audio").iterdir())) == 1, "what was replaced is still there"


def test_there_is_no_note_without_audio(ada, session):
    other = ada(
        "POST", "/sessions", {"patient_id": session["patient_id"], "started_at": 0, "minutes": 1}
    ).body["id"]
    assert ada("POST", f"/sessions/{other}/notes").body["error"] == "no_audio"


def test_who_asks_is_known_or_told(backend, ada):
    secret = (backend.directory / SECRET).read_text()
    assert Asking(backend.url)("GET", "/me").status == 401
    for token in (issue(secret, 1, -5), issue("x" * 40, 1, 60), "nothing", "a.b.c"):
        answer = Asking(backend.url, token)("GET", "/me")
        assert (answer.status, answer.headers["WWW-Authenticate"]) == (401, "Bearer")
        assert "token" in answer.body["message"]
    assert Asking(backend.url, issue(secret, 999_999, 60))("GET", "/me").status == 404
    assert Asking(backend.url, issue(secret, 999_999, 60))("POST", "/patients", {"name": "x"}).status in (
        404,
        409,
    )
    assert ada("POST", "/login", {"email": "ada@example.org", "password": "wrong horse"}).status == 401
    assert ada("POST", "/login", {"email": "nobody@example.org", "password": "wrong horse"}).status == 401
    again = {"email": "Ada@example.org", "password": "correct horse", "name": "Ada"}
    assert ada("POST", "/accounts", again).body["error"] == "conflict"


@pytest.mark.parametrize(
    ("content", "status", "error"),
    [(WAVE * 10, 413, "too_large"), (b"%PDF-1.7 and so on", 415, "no_audio"), (b"", 415, "no_audio")],
)
def test_an_upload_that_can_not_be_taken_is_told(ada, session, content, status, error):
    answer = upload(ada, session["id"], content)
    assert (answer.status, answer.body["error"]) == (status, error)


def test_an_upload_that_is_cut_off_leaves_nothing(backend, ada, session):
    before = sorted((backend.directory / "audio").iterdir())
    with socket.create_connection((backend.host, backend.port)) as client:
        client.sendall(
            f"POST /sessions/{session['id']}/audio HTTP/1.1\r\nHost: x\r\n"
            f"Authorization: Bearer {ada.token}\r\nContent-Length: 90000\r\n"
            f"Content-Type: multipart/form-data; boundary=XX\r\n\r\n".encode()
            + b'--XX\r\nContent-Disposition: form-data; name="audio"\r\n\r\n'
            + WAVE[:5_000]
        )
        time.sleep(0.1)
    end = time.monotonic() + 10
    while sorted((backend.directory / "audio").iterdir()) != before:
        assert time.monotonic() < end
        time.sleep(0.02)


def test_a_client_that_never_reads_holds_up_nobody(backend, ada):
    with socket.create_connection((backend.host, backend.port)) as client:
        client.setblocking(False)
        request = (
            f"GET /openapi.json HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {ada.token}\r\n\r\n".encode()
        )
        for _ in range(200):
            try:
                client.send(request * 10)
            except BlockingIOError:
                break
        assert ada("GET", "/sessions").status == 200
        assert ada("GET", "/health").body["pool"]["checked_out"] == 0


@pytest.mark.parametrize(
    ("method", "path", "body", "status"),
    [
        ("POST", "/patients", b'{"name": "a\\u0000b"}', 422),
        ("POST", "/patients", b'{"name": "\\ud800"}', 422),
        ("POST", "/patients", b'{"name": NaN}', 422),
        ("POST", "/patients", b"\xff\xfe", 422),
        ("POST", "/patients", b"[" * 100_000, 400),
        ("POST", "/patients", b'{"name": 1e999999}', 422),
        ("POST", "/sessions", b'{"patient_id": 99999999999999999999, "started_at": 0, "minutes": 1}', 422),
        ("GET", "/sessions/99999999999999999999", None, 422),
        ("GET", "/sessions?page=0", None, 422),
        ("GET", "/sessions?size=1000000", None, 422),
        ("GET", "/nothing", None, 404),
        ("DELETE", "/sessions", None, 405),
    ],
)
def test_what_makes_no_sense_is_told(ada, method, path, body, status):
    answer = ada(method, path, body=body)
    assert answer.status == status, answer.body
    assert set(answer.body) == {"error", "message"}


def test_it_says_of_itself_what_was_asked_of_it(ada):
    def counted():
        lines = dict(
            line.rsplit(" ", 1) for line in ada("GET", "/metrics").body.splitlines() if line[0] != "#"
        )
        return float(lines.get('http_requests_total{method="GET",route="/sessions/{key}",status="404"}', 0))

    before = counted()
    for _ in range(3):
        ada("GET", "/sessions/123456")
    assert counted() - before == 3


@pytest.mark.filterwarnings("default")
@pytest.mark.parametrize("examples", [exhaustive(100)])
def test_whatever_it_is_sent_is_no_fault_of_its_own(backend, ada, session, examples):
    """Its description is valid, and what that allows, or nearly, is answered: never by 500."""
    upload(ada, session["id"])
    import schemathesis  # dear, and needed here only

    schema = schemathesis.openapi.from_url(f"{backend.url}/openapi.json")
    schema.validate()
    log = backend.directory / "output.log"
    before, tried = len(log.read_text()), 0  # clients of other tests left before they were answered

    for found in schema.get_all_operations():
        operation = cast(Any, found).ok()

        @given(case=operation.as_strategy())
        @settings(max_examples=examples, database=None, suppress_health_check=list(HealthCheck))
        def run(case):
            nonlocal tried
            tried += 1
            answer = case.call(headers={"Authorization": f"Bearer {ada.token}"})
            assert answer.status_code < 500, (case.as_curl_command(), answer.text)

        run()
    assert tried >= examples * 8
    assert "Traceback" not in log.read_text()[before:]
    json.dumps(ada("GET", "/health").body)
