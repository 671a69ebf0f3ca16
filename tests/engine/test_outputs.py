"""What a system wrote stands beside the failure."""

import sys

import pytest
from examples.load_null import Asker, null_server

from suite import Server, Workload, closed_loop, operation
from suite.config.settings import Settings
from suite.engine import outputs
from suite.engine.coordinator import run
from suite.engine.outputs import KEPT, OutputWatch
from suite.report.reasons.wording import words

SECOND = 10**9


@pytest.fixture
def written(tmp_path, monkeypatch):
    """A log that gets lines, at seconds of a clock, as a watch sees it."""
    log, clock = tmp_path / "output.log", [0]
    log.touch()
    monkeypatch.setattr(outputs, "now", lambda: clock[0])
    watch = OutputWatch(lambda: {"system": log, "gone": tmp_path / "gone"}, {"DB_PASSWORD": "hunter2"})

    def write(moment, *lines):
        clock[0] = round(moment * SECOND)
        with log.open("a") as file:
            file.writelines(f"{line}\n" for line in lines)
        watch.tick()

    return write, watch


def test_the_lines_of_the_first_failure_are_found(written):
    write, watch = written
    for tenth in range(100):
        write(tenth / 10, f"line {tenth}")
    (output,) = watch.kept(0, 5.02)
    assert output.party == "system"
    assert output.around.splitlines() == [f"line {tenth}" for tenth in range(46, 54)]
    assert output.tail.endswith("line 99\n")
    assert output.at == 5.02


def test_much_is_cut_and_secrets_are_hidden(written):
    write, watch = written
    write(1.0, *["x" * 99] * 1000)
    write(2.0, *(f"fault {number}: hunter2" for number in range(100)))
    (output,) = watch.kept(0, 1.8)
    assert KEPT - 1_000 < len(output.tail) <= KEPT
    assert output.tail.startswith("x" * 99 + "\n"), "a line that is cut is left out: half a secret is one"
    assert output.around.splitlines()[4:7] == ["x" * 99, "fault 0: ***", "fault 1: ***"]
    assert len(output.around.splitlines()) == 25
    assert "hunter2" not in output.tail


def test_of_a_key_that_is_printed_amid_a_failure_no_line_is_kept(written):
    """Around a failure five lines and twenty are shown: a key's beginning and end are beyond."""
    write, watch = written
    key = [f"{number:02}MIIEvgIBADANBgkqhkiG9w0BAQEFAASCBKg" for number in range(60)]
    write(1.0, "-----BEGIN PRIVATE KEY-----", *key[:20])
    write(2.0, *key[20:], "-----END PRIVATE KEY-----")
    (output,) = watch.kept(0, 1.8)
    assert output.around.splitlines() == ["***", "***"]
    assert "MII" not in output.tail


def test_output_that_takes_the_time_of_what_is_measured_is_told(written):
    write, watch = written
    write(0.0, "x" * 999)
    write(1.0, *["x" * 999_999] * 10)
    assert watch.loud(0, 2 * SECOND) == []
    write(2.0, *["x" * 999_999] * 15)
    (reason,) = watch.loud(0, 2 * SECOND)
    assert words(reason).startswith("system: it wrote 12.5 MB of output a second, 25 MB in all")


def test_of_output_that_is_gone_nothing_is_shown(written):
    write, watch = written
    write(1.0, "\0" * 50_000)
    write(3.0, "the end")
    (output,) = watch.kept(0, 1.0)
    assert output.around == ""
    assert output.tail.strip() == "the end"


def test_who_wrote_nothing_then_has_no_lines_to_show(written):
    write, watch = written
    write(1.0, "started")
    write(9.0, "much later")
    write(9.5)
    (output,) = watch.kept(0, 4.0)
    assert (output.around, output.tail) == ("", "started\nmuch later\n")
    assert watch.kept()[0].at is None


def test_who_wrote_nothing_at_all_is_left_out(written):
    write, watch = written
    write(1.0)
    assert watch.kept(0, 0.5) == ()


class Doomed(Asker):
    @operation
    async def ask(self):
        await super().ask()
        if self.index == 0:
            sys.stderr.write("worker's word\n")
            raise ValueError("broken")


async def talkative(system):
    sys.stderr.write("system's word: token=abc\n")
    await null_server().serve(system)


@pytest.mark.rounds
def test_a_run_with_failures_keeps_what_the_parties_wrote_and_others_keep_nothing():
    loop = closed_loop(2, operations=20)
    result = run(Workload("null/doomed", Server(talkative), Doomed, loop=loop), Settings(rounds=1))
    assert {one.party: one.tail.splitlines()[0] for one in result.outputs} == {
        "system": "system's word: token=***", "worker 0": "worker's word",
    }  # fmt: skip
    around = {one.party: one.around for one in result.outputs}
    assert "worker's word" in around["worker 0"]
    well = run(Workload("null/well", Server(talkative), Asker, loop=loop), Settings(rounds=1))
    assert well.outputs == ()
