"""Who is told of verdicts that change, and of which."""

from __future__ import annotations

import http.server
import json
import socket
import threading

import pytest
from support.runs import make_run

from suite.commands.notifying import Notifier
from suite.ledger.store import Ledger
from suite.records.run import Judgement

BROKEN = (Judgement("response.p99", "critical", 0.5, 0.9, False),)


@pytest.fixture(scope="module")
def hook():
    """An address that keeps what it is sent, and answers as the path says."""
    got = []

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_POST(self):
            got.append(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
            self.send_response(int(self.path.strip("/")))
            self.end_headers()

        def log_message(self, *_):
            pass

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}", got
        server.shutdown()


@pytest.fixture
def told(hook, tmp_path):
    """Results one after the other, and what is posted in the end."""
    url, got = hook

    def tell(*runs, status=200):
        got.clear()
        notifier = Notifier(f"{url}/{status}")
        with Ledger(tmp_path / "ledger.db") as ledger:
            for number, run in enumerate(runs):
                notifier.changes.clear()
                notifier.see(run, ledger)
                ledger.add(run)
                assert number or not notifier.changes
        notifier.post()
        return [*got]

    return tell


def runs(*broken, **changes):
    """Runs of one workload, each with its threshold kept or broken."""
    return [
        make_run(
            id=f"{number:012}",
            started=f"2026-11-28T00:00:{number:02}+00:00",
            thresholds=BROKEN if bad else (),
            **changes,
        )
        for number, bad in enumerate(broken)
    ]


def test_a_verdict_that_changes_is_posted(told):
    (document,) = told(*runs(False, False, True))
    (change,) = document["changes"]
    assert (change["before"], change["verdict"], change["id"]) == ("pass", "fail", "000000000002")
    assert change["why"] == ["response.p99: critical is 0.5, it is 0.9"]
    assert document["text"].startswith(f"{change['workload']}: pass → fail at ")
    assert document["by"].startswith("loadledger ")


def test_back_again_is_a_change_too(told):
    (document,) = told(*runs(True, False))
    assert document["changes"][0]["why"] == []


def test_the_same_and_the_first_are_none(told):
    assert told(*runs(True, True)) == []


def test_another_branch_is_another_story(told):
    main, other = runs(False, True)
    assert told(main, make_run(**{**vars_of(other), "branch": "other"})) == []


def vars_of(run):
    return {name: getattr(run, name) for name in ("id", "started", "thresholds")}


def test_what_can_not_be_told_is_a_warning(told, capfd):
    told(*runs(False, True), status=500)
    err = capfd.readouterr().err
    assert err.startswith("suite: warning: 127.0.0.1:")
    assert err.endswith("could not be told of the verdict: it answered 500\n")
    with socket.create_server(("127.0.0.1", 0)) as odd:  # it speaks something else than HTTP

        def answer():
            with odd.accept()[0] as taken:
                taken.recv(1 << 16)
                taken.sendall(b"SSH-2.0-x\r\n")
                taken.shutdown(socket.SHUT_WR)
                while taken.recv(1 << 16):  # what is left unread at a close resets the connection
                    pass

        threading.Thread(target=answer).start()
        notifier = Notifier(f"http://127.0.0.1:{odd.getsockname()[1]}/")
        notifier.changes.append({"workload": "a/b", "before": "pass", "verdict": "fail", "commit": None})
        notifier.post()
    assert "could not be told of the verdict: SSH-2.0-x" in capfd.readouterr().err
    notifier = Notifier("http://127.0.0.1:1/secret")
    notifier.changes.append({"workload": "a/b", "before": "pass", "verdict": "fail", "commit": None})
    notifier.post()
    err = capfd.readouterr().err
    assert "refused" in err
    assert "secret" not in err


def test_the_path_of_an_address_with_a_blank_in_it_is_in_no_warning(capfd):
    """It is the secret of a webhook, and the library cites it."""
    notifier = Notifier("http://127.0.0.1:1/services/T00/hush hush")
    notifier.changes.append({"workload": "a/b", "before": "pass", "verdict": "fail", "commit": None})
    notifier.post()
    assert capfd.readouterr().err == (
        "suite: warning: 127.0.0.1:1 could not be told of the verdict: "
        "its address has a blank or another sign that no URL has\n"
    )


def test_a_checkout_that_wants_to_be_told_needs_consent(command, engine, monkeypatch, tmp_path):
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "home"))
    command.example("load_counter.py")
    command.file("loadledger.toml", 'notify = "https://hooks.example/services/T0/secret"\n')
    said = command("run", "load_counter.py")
    assert said.code == 2
    assert said.complaints == [
        "suite: loadledger.toml has changes of verdicts sent to hooks.example; if that is right, say so "
        "once: suite config --agree"
    ]
    assert command("config", "--agree").out == "agreed: hooks.example\n"
    assert command("run", "load_counter.py").code == 0
    assert command("history").code in (0, 2)


def test_only_an_address_can_be_posted_to(refused):
    refused.file("loadledger.toml", 'notify = "file:///etc/passwd"\n')
    refused(
        "run",
        "x",
        says=[r"loadledger.toml:1: notify: \*\*\* is no address to post to, .*", ".*"],
    )


def test_an_address_without_a_scheme_is_told_without_its_secret(refused):
    refused.file("loadledger.toml", 'notify = "hooks.slack.com/services/T00/B00/abcdefghij"\n')
    refused(
        "run",
        "x",
        says=[r"loadledger.toml:1: notify: \*\*\* is no address to post to, .*", ".*"],
    )
