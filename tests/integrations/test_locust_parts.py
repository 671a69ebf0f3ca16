"""What the parts of Locust's integration do that need no Locust: sums, numbers, clocks, descriptions."""

import json
import os
import subprocess
import sys
from contextlib import nullcontext, redirect_stdout
from types import SimpleNamespace

import numpy as np
import pytest
from examples import load_calls, load_items
from hypothesis import given
from hypothesis import strategies as st
from support.exact import Exact
from support.runs import make_run

from suite.config.catalog import Reference
from suite.errors import StoreError
from suite.integrations._locust.clock import Estimate
from suite.integrations._locust.collection import Collection
from suite.integrations._locust.describe import described, main
from suite.integrations._locust.keep import keep
from suite.integrations._locust.message import hear, number, whole
from suite.integrations._locust.numbers import Numbers
from suite.ledger.store import Ledger
from suite.measure.tally import OperationTally, Tally
from suite.records.histogram import Histogram


def delta(times, *, since=100.0, until=110.0, share=None, had_users=True):
    tally = Tally({"look": OperationTally({"ok": len(times)}, Histogram.of(np.array(times, np.int64)))})
    return {"tally": tally.pack(), "since": since, "until": until, "share": share, "had_users": had_users}


def test_merged_percentiles_are_those_of_all_samples():
    random = np.random.default_rng(1)
    parts = [(random.lognormal(0, 1, 4000) * 1e6 * scale).astype(np.int64) for scale in (1, 3, 10)]
    collection = Collection()
    for party, part in enumerate(parts):
        for chunk in np.array_split(part, 7):
            collection.add(str(party), delta(chunk))
    merged = Tally.unpack(collection.document()["tally"]).total().response
    exact = Exact(np.concatenate(parts))
    for quantile in (0.5, 0.9, 0.99, 0.999):
        assert merged.percentile(quantile)[0] == pytest.approx(exact.percentile(quantile)[0], rel=1e-3)


def test_who_never_told_its_last_is_lost_and_what_it_told_holds():
    collection = Collection()
    collection.add("a", delta([1_000] * 5, share={"index": 0}, until=130.0))
    collection.add("b", delta([1_000] * 2, until=104.0))
    collection.add("b", delta([1_000] * 2, until=107.0))
    document = collection.document()
    assert document["lost"] == {"b": 7.0}
    assert document["seconds"] == 30.0
    assert document["shares"] == {"a": {"index": 0}}
    assert Tally.unpack(document["tally"]).total().outcomes["ok"] == 9
    assert collection.workers == 2
    assert [collection.told(party) for party in "abc"] == [True, False, False]


def test_who_has_no_users_measures_no_time():
    collection = Collection()
    collection.add("system", delta([], since=1.0, until=500.0, share={"index": 0}, had_users=False))
    collection.add("a", delta([1_000], share={"index": 0}))
    assert collection.document()["seconds"] == 10.0
    assert collection.workers == 1


def test_a_reset_forgets_all_but_who_has_users():
    collection = Collection()
    collection.add("a", delta([1_000]))
    assert collection.emptied().document()["tally"] == Tally().pack()
    assert collection.emptied().workers == 1


def test_what_a_worker_should_not_tell_is_refused():
    with pytest.raises(StoreError, match="tally"):
        Collection().add("a", {**delta([]), "tally": {"started": 1}})


@pytest.mark.parametrize(
    "change",
    [{"since": "x"}, {"until": float("nan")}, {"share": {"index": "x"}}, {"had_users": 2}, {"tally": None}],
)
def test_what_a_worker_tells_counts_whole_or_not_at_all(change):
    collection = Collection()
    with pytest.raises(StoreError):
        collection.add("a", {**delta([1_000]), **change})
    assert collection.document() == Collection().document()
    assert collection.workers == 0


@pytest.mark.parametrize(
    ("data", "why"),
    [
        (None, "it is no message: None"),
        ({"test": 1}, "it has no offset"),
        ({"test": 1, "offset": "\x1b[2J"}, r"its offset is '\x1b[2J'"),
        ({"test": -1, "offset": 0.5}, "its test is -1"),
        ({"test": 1, "offset": float("inf")}, "its offset is inf"),
        ({"test": 1, "offset": 10**30}, "its offset is 1000"),
    ],
)
def test_a_message_of_another_form_is_one_line_and_not_heard(data, why, caplog):
    heard, runner = [], SimpleNamespace(register_message=lambda _kind, listener, **_: heard.append(listener))
    hear(
        runner,
        "loadledger-ready",
        lambda *told, **more: heard.append((told, more)),
        test=whole,
        offset=number,
    )
    (listener,) = heard
    listener(msg=SimpleNamespace(data=data, node_id="worker\x1b"))
    assert heard == [listener]
    (line,) = caplog.messages
    assert line.isprintable()
    assert "its message loadledger-ready can't be read: " in line
    assert why in line
    listener(msg=SimpleNamespace(data={"test": 1, "offset": 0.5, "more": 2}, node_id="worker"))
    assert heard[1:] == [(("worker",), {"test": 1, "offset": 0.5})]


@given(st.lists(st.tuples(st.sampled_from("abc"), st.integers(-1, 9)), max_size=30))
def test_a_number_is_one_users_at_a_time(steps):
    numbers, held = Numbers(), {worker: set() for worker in "abc"}
    for worker, count in steps:
        if count < 0:
            numbers.lost(worker)
            held[worker] = set()
            continue
        given_out = {n for first, there in numbers.give(worker, count) for n in range(first, first + there)}
        assert len(given_out) == count
        assert not any(given_out & each for each in held.values())
        held[worker] |= given_out
        assert max(given_out, default=-1) < sum(count for _, count in steps if count > 0)


def test_there_are_only_so_many_numbers():
    numbers = Numbers(5)
    assert numbers.give("a", 3) == [(0, 3)]
    assert numbers.give("b", 4) == [(3, 2)]
    assert numbers.give("b", 1) == []
    numbers.lost("a")
    assert numbers.give("b", 2) == [(0, 2)]
    assert numbers.give("c", 2) == [(2, 1)]


def test_the_quickest_answer_tells_the_clock():
    estimate = Estimate()
    assert estimate.add(asked=10.0, told=113.0, heard=14.0)
    assert estimate.add(asked=20.0, told=120.1, heard=20.2)
    assert estimate.offset == pytest.approx(100.0)
    asked = [estimate.add(30.0, 180.0, 40.0) for _ in range(6)]
    assert asked == [True] * 5 + [False]
    assert estimate.offset == pytest.approx(100.0)


def test_a_description_is_plain_data_of_what_locust_shows():
    told = described(
        load_calls.calls, Reference("calls/mixed", file=load_calls.__file__), frozenset({"fall"})
    )
    assert told["target"] == f"{load_calls.__file__}::calls/mixed"
    assert told["checks"] == ["every_look_was_answered"]
    (users,) = told["users"]
    assert users["name"] == "Caller"
    assert users["description"] == "Looks often, changes now and then."
    assert users["operations"] == [
        {"name": "look", "weight": 3, "tags": ["calls", "read"]},
        {"name": "change", "weight": 1, "tags": ["calls", "write"]},
    ]
    assert len(told["digest"]) == 64


def test_what_was_measured_is_kept_and_where_is_told(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    assert keep(make_run(), stderr=False) == 0
    assert capsys.readouterr().out.endswith("saved in results\n")
    assert len(list(tmp_path.glob("results/runs/*.json"))) == 1


def test_a_document_that_can_not_be_written_keeps_no_run_from_being_stored_and_shown(
    tmp_path, monkeypatch, capsys
):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "results").mkdir()
    (tmp_path / "results/runs").touch()
    result = make_run()
    with pytest.raises(StoreError, match="results/runs"):
        keep(result, stderr=False)
    shown = capsys.readouterr().out
    assert result.workload in shown
    assert "saved" not in shown
    with Ledger(tmp_path / "results/ledger.db") as ledger:
        assert ledger.run(result.id).metrics == result.metrics


def test_a_ledger_that_can_not_be_written_leaves_the_document_and_the_command_that_brings_it_in(
    tmp_path, monkeypatch, capsys
):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "results/ledger.db").mkdir(parents=True)
    with pytest.raises(StoreError, match=r"it is brought in later by: suite import results/runs/.*json"):
        keep(make_run(), stderr=False)
    assert capsys.readouterr().out.endswith("saved in results\n")


@pytest.mark.parametrize("role", ["keeper", "worker"])
def test_results_that_can_not_be_written_are_told_before_the_test_and_not_to_workers(
    tmp_path, monkeypatch, capsys, role
):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "results").touch()
    monkeypatch.setattr("sys.argv", ["describe", role, "{}"])
    with pytest.raises(SystemExit) if role == "keeper" else nullcontext() as end:
        main()
    told = capsys.readouterr()
    if role == "worker":
        assert (told.out, told.err) == ("[]", "")
    else:
        assert end.value.code == 2
        assert told.out == ""
        assert told.err.startswith("suite: can't write results/runs")


ITEMS = f"{load_items.__file__}::items/browse"
AWAY = "http://staging.example:8000"


@pytest.fixture
def told(tmp_path, monkeypatch, capsys):
    """What a role is told of targets with Locust's options: exit code, output, complaints."""
    monkeypatch.chdir(tmp_path)

    def ask(role, options, *targets):
        refused = options.pop("refused", False)
        monkeypatch.setattr("sys.argv", ["describe", role, json.dumps(options), *targets])
        with redirect_stdout(sys.stdout), pytest.raises(SystemExit) if refused else nullcontext() as end:
            main()
        captured = capsys.readouterr()
        return end.value.code if end else 0, captured.out, captured.err.splitlines()

    return ask


def test_load_of_locust_s_goes_to_another_machine_only_if_somebody_says_so(told):
    code, out, complaints = told(
        "keeper", {"host": AWAY, "users": 50, "seconds": 30.0, "refused": True}, ITEMS
    )
    assert (code, out) == (2, "")
    assert complaints == [
        "suite: load goes to staging.example:8000, which is not this machine:",
        "  items/browse: closed loop on Locust, 50 users, 30 s",
        "suite: nothing was sent to staging.example:8000: nobody is there to be asked; if it may be loaded, "
        "add --yes",
    ]
    code, out, complaints = told("keeper", {"host": AWAY, "yes": True}, ITEMS)
    assert (code, complaints[1:]) == (0, ["  items/browse: closed loop on Locust, until it is stopped"])
    assert json.loads(out)[0]["name"] == "items/browse"


def test_so_does_that_of_somebody_s_own_locustfile(told):
    code, _, complaints = told(
        "keeper", {"host": AWAY, "users": 3, "locustfile": "mine.py", "refused": True}, ITEMS
    )
    assert (code, complaints[1]) == (2, "  mine.py: closed loop on Locust, 3 users, until it is stopped")


@pytest.mark.parametrize(
    ("role", "options"),
    [("worker", {"host": AWAY}), ("keeper", {}), ("keeper", {"host": "http://127.0.0.1:1"}),
     ("keeper", {"host": "http://localhost:1", "locustfile": "mine.py"})],
)  # fmt: skip
def test_workers_and_this_machine_are_never_asked(told, role, options):
    code, _, complaints = told(role, options, ITEMS)
    assert (code, complaints) == (0, [])


LOAD = """
from suite import Component, Threshold, User, Workload, closed_loop, operation
class Caller(User):
    @operation
    def look(self):
        pass
shop = Workload(
    "shop/look", Component(dict), Caller, loop=closed_loop(1, seconds=1),
    thresholds=[Threshold("memory.growth", critical="1GB"), Threshold("response.p50", critical="1s")],
)
"""


@pytest.mark.parametrize("ended", [True, False])
def test_what_is_said_to_a_terminal_that_is_gone_keeps_nothing_from_being_kept(tmp_path, ended):
    """That a threshold is not judged under Locust was said before anything was kept: it lost the Run."""
    (tmp_path / "load_shop.py").write_text(LOAD)
    collection = Collection()
    collection.add("a", delta([1_000] * 500))
    told = {
        **collection.document(), "name": "shop/look", "target": "load_shop.py::shop/look", "host": None,
        "locustfile": False, "plan": {"users": 1, "workers": 1}, "started": "2026-01-01T00:00:00+00:00",
        "failure": None, "stderr": False, "ended": ended,
    }  # fmt: skip
    nobody, gone = os.pipe()
    os.close(nobody)
    subprocess.run(
        [sys.executable, "-P", "-m", "suite.integrations._locust.keep"],
        input=json.dumps(told), text=True, cwd=tmp_path, stdout=gone, stderr=gone, check=False,
    )  # fmt: skip
    os.close(gone)
    assert len([*tmp_path.glob("results/runs/*.json")]) == 1
    with Ledger(tmp_path / "results/ledger.db") as ledger:
        assert ledger.latest().outcomes["ok"] == 500


REFUSED = """
import json
from types import SimpleNamespace as Some
from suite.integrations._locust.requests import Requests

requests = Requests({"name": "x"}, Some(events=Some(request=Some(add_listener=lambda _: None))))
requests.start()
text = "for url: http://ann:hunter2@host/?token=hunter2 with hunter2-of-mine"
requests._request("GET", "/?token=hunter2", 1.0, ValueError(text))
requests.finish()
print(json.dumps(requests.delta()["share"]["details"]))
"""


def test_secrets_stay_out_of_what_users_of_locust_were_refused_with():
    env = {**os.environ, "SHOP_PASSWORD": "hunter2-of-mine"}
    argv = [sys.executable, "-W", "ignore", "-c", REFUSED]
    said = subprocess.run(argv, env=env, capture_output=True, text=True, check=True).stdout
    (detail,) = json.loads(said)
    assert detail["operation"] == "GET /?token=***"
    assert detail["example"] == "for url: http://***@host/?token=*** with ***"


MANY = """
import json, gevent.monkey
gevent.monkey.patch_all()
from types import SimpleNamespace as Some
from suite.integrations._locust.requests import Requests

requests = Requests({"name": "x"}, Some(events=Some(request=Some(add_listener=lambda _: None))))
requests.start()
for item in range(1_500):
    requests._request("GET", f"/item/{item}", 1.0)
requests._request("GET", "/item/7", 1.0)
told = requests.delta()["tally"]["started"]
print(json.dumps({name: one[0]["ok"] for name, one in told.items()}))
"""


def test_a_locustfile_with_a_name_for_each_request_is_counted_in_a_thousand():
    """Its Run had some kilobytes of each, and could not be read any more after some minutes."""
    argv = [sys.executable, "-W", "ignore", "-c", MANY]
    counts = json.loads(subprocess.run(argv, capture_output=True, text=True, check=True).stdout)
    assert len(counts) == 1_001
    assert (counts["GET /item/7"], counts["GET /item/999"], counts["others"]) == (2, 1, 500)
