"""`suite soak`: windows that are kept as they end, how it goes on, options, exit codes."""

import contextlib
import json
import shutil
import signal
from dataclasses import replace

import pytest
from support.processes import Suite, wait_for
from support.soaks import make_head, make_soak, make_window
from support.variants import exhaustive, nightly

from suite.errors import CutShort, Interrupted, StoreError, SystemFailed
from suite.formats.envelope import read_document
from suite.formats.soak_journal import SoakJournal, read
from suite.records.run import Failure
from suite.records.soak import Soak

pytestmark = pytest.mark.timeout(90)  # whoever comes first waits for the story
LOAD = """
    from suite import Component, User, Workload, closed_loop, operation

    class Clicker(User):
        def connect(self, counter):
            self.counter = counter

        @operation
        def click(self):
            self.counter.append(1)

        @operation(weight=0.1)
        def slip(self):
            raise ValueError("on a banana skin")

    loop = closed_loop(2, operations=9, think="5ms")
    click = Workload("counter/click", Component(list), Clicker, loop=loop)
"""
WORDS = ("soak", "load_clicks.py", "--minutes", "2s", "--window", "100ms", "--warmup", "100ms")


class Story:
    """A soak that a signal ends after three windows, and that goes on to its end."""

    def __init__(self, folder, number):
        self.folder = folder
        (folder / "load_clicks.py").write_text(LOAD.replace("\n    ", "\n"))
        self.cut = Suite(folder, *WORDS, "--json", "cut.json")
        wait_for(lambda: len(self._windows()) > 3)
        self.cut.process.send_signal(number)
        self.cut.finish()
        self.left = self.cut.left_behind()
        self.kept = self._windows()
        self.whole = Suite(folder, "soak", "load_clicks.py", "--resume", "--json", "out.json")
        self.whole.finish()

    def journals(self):
        return list(self.folder.glob("results/soak/*.journal"))

    def _windows(self):
        with contextlib.suppress(StoreError):  # its first line is being written
            return [one for path in self.journals() for one in read(path)[1]]
        return []


def the_soak(path):
    """The only one in a document."""
    (soak,) = read_document(path).records
    assert isinstance(soak, Soak)
    return soak


@pytest.fixture(scope="module", params=[signal.SIGINT, nightly(signal.SIGHUP), exhaustive(signal.SIGKILL)])
def story(request, tmp_path_factory):
    return Story(tmp_path_factory.mktemp("soak"), request.param)


def test_a_soak_cut_off_after_three_windows_and_resumed_has_every_window_once(story):
    assert story.whole.process.returncode in (0, 1, 3), story.whole.err
    (path,) = story.folder.glob("results/soak/*.json")
    soak = the_soak(path)
    assert [window.index for window in soak.windows] == list(range(len(soak.windows)))
    assert sum(not window.warming for window in soak.windows) == 20
    assert list(soak.windows[: len(story.kept)]) == story.kept
    assert len(story.kept) > 3
    begins = [window.begin for window in soak.windows]
    assert begins == sorted(begins)
    assert {window.segment for window in soak.windows} == {0, 1}
    assert [window.segment for window in soak.windows if window.warming] == [0, 1]


@pytest.mark.exhaustive
def test_nothing_is_left_of_one_that_was_cut_off(story):
    assert story.left == []
    assert story.journals() == [], "what is kept elsewhere needs no journal"


@pytest.mark.exhaustive
def test_windows_say_what_operations_came_to_and_what_was_held(story):
    soak = the_soak(story.folder / "out.json")
    for window in soak.windows:
        assert 0.09 < window.seconds < 1.5
        assert window.operations["click"].outcomes["ok"] > 0
        assert window.operations["click"].response_times.count == window.operations["click"].outcomes["ok"]
        held = window.parties["system"]
        assert held.processes == 1
        assert held.memory > 10**6
        assert held.descriptors >= held.sockets >= 0
    assert not soak.partial
    assert {"memory", "descriptors", "response.p50"} <= {trend.metric for trend in soak.trends}
    assert soak.metrics["throughput"].value > 50


@pytest.mark.exhaustive
def test_what_failed_is_told_over_all_starts(story):
    soak = the_soak(story.folder / "out.json")
    (detail,) = soak.details
    assert (detail.outcome, detail.kind, detail.operation) == ("failed", "ValueError", "slip")
    slips = [window.operations["slip"] for window in soak.windows if "slip" in window.operations]
    failed = sum(slip.outcomes.get("failed", 0) for slip in slips)
    assert failed / 2 < detail.count <= 2 * failed, "workers tell it four times a second"
    assert "× failed ValueError in slip, first at " in story.whole.out


@pytest.mark.exhaustive
def test_each_window_is_told_as_it_ends_and_the_end_in_a_table(story):
    lines = story.whole.out.splitlines()
    first = sum(not window.warming for window in story.kept) + 1
    assert lines[0].startswith("warm-up  ")
    assert [line.split(" of 20  ")[0].strip() for line in lines[1:] if " of 20  " in line] == [
        str(number) for number in range(first, 21)
    ]
    assert any("20 windows, 2 starts of the system" in line for line in lines)
    assert any(line.startswith("  memory  ") for line in lines)
    assert "; saved as results/soak/" in lines[-1]


@pytest.mark.exhaustive
def test_an_interrupt_keeps_what_was_measured_and_says_how_it_goes_on(story):
    one, code = story.cut, story.cut.process.returncode
    if code == -signal.SIGKILL:
        return
    assert code in (129, 130)
    assert "INTERRUPTED  after" in one.out, one.err
    assert "; go on with: suite soak load_clicks.py --resume" in one.out
    soak = the_soak(story.folder / "cut.json")
    assert soak.partial
    assert json.loads((story.folder / "cut.json").read_text())["exit_code"] == code


@pytest.fixture
def soaks(monkeypatch):
    """Stands in for the load: keeps the windows that it is told, and returns or raises as it is told."""

    class Fake:
        answer = make_soak()
        windows = tuple(make_window(index) for index in range(3))
        asked = None

        def __init__(self, workload, settings, head, windows, *, keep, reference, limits, progress):
            type(self).asked = head, settings, limits
            self._head, self._keep = head, keep

        def run(self):
            for window in self.windows:
                self._keep(window)
            if isinstance(self.answer, BaseException):
                raise self.answer
            return replace(self.answer, id=self._head.id, workload=self._head.workload)

    monkeypatch.setattr("suite.soak.soak.SoakRun", Fake)
    return Fake


def journals(command):
    return sorted(command.folder.glob("results/soak/*.journal"))


def test_options_become_a_head_settings_and_limits(command, soaks):
    command.file("load_clicks.py", LOAD)
    words = ["--hours", 2, "--window", "1min", "--users", 7, "--seed", 3, "--limit", "memory=2GB"]
    assert command("soak", "load_clicks.py", *words, "--limit", "response.p99=50ms").code == 1
    head, settings, limits = soaks.asked
    assert (head.seconds, head.window, head.warmup, head.wanted) == (7200, 60, 120, 120)
    assert head.plan == {
        "loop": "closed", "users": 7, "think": 0.005, "seconds": 7200, "workers": 1, "seed": 3,
        "parameters": {},
    }  # fmt: skip
    assert settings.users == 7
    assert limits == {"memory": 2e9, "response.p99": 0.05}


def test_drift_is_told_with_the_time_that_is_left(command, soaks):
    command.file("load_clicks.py", LOAD)
    said = command("soak", "load_clicks.py", "--hours", 1, "--json", "out.json")
    assert (said.code, said.err) == (1, "")
    assert " 20 → 79 +60 (59 – 61) 15.3 h ✗ DRIFTS" in " ".join(said.out.split())
    assert "FAILED  descriptors +60 per hour, its limit in 15.3 h; saved as results/soak/" in said.out
    assert journals(command) == []
    assert "DRIFTS" in command("show", soaks.asked[0].id).out
    assert "drift.descriptors" in command("history", "drift.descriptors").out


def test_a_system_that_dies_is_what_was_found(command, soaks):
    command.file("load_clicks.py", LOAD)
    dead = make_soak(error=Failure("system", "the system died: exit code 3"), partial=True)
    soaks.answer = CutShort(SystemFailed("the system died: exit code 3"), dead)
    said = command("soak", "load_clicks.py", "--hours", 1)
    assert said.code == 4
    assert "✗ the system died: exit code 3" in said.out
    assert journals(command) == []
    assert command("show").out.count("shop/browse") == 1


def made_of(error, other):
    """An error that a library made of one that ended it."""
    other.__cause__ = error
    return other


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (Interrupted(15), 143),
        (made_of(Interrupted(2), StoreError("a stored histogram can't be read")), 130),
        (StoreError("the disk is full"), 2),
    ],
)
def test_what_cuts_it_off_leaves_the_journal(command, soaks, error, code):
    command.file("load_clicks.py", LOAD)
    soaks.answer = CutShort(error, make_soak(partial=True))
    said = command("soak", "load_clicks.py", "--users", 3, "--hours", 1)
    assert said.code == code
    assert "; go on with: suite soak load_clicks.py --resume --users 3" in said.out
    assert "before anything was measured" not in said.err
    (journal,) = journals(command)
    assert len(read(journal)[1]) == 3
    elsewhere = command("soak", "load_clicks.py", "--hours", 1, "--results", "mine").out.replace("\n", " ")
    assert "; go on with: suite soak load_clicks.py --resume --results mine" in elsewhere
    said = command("soak", "load_clicks.py", "--hours", 1)
    assert (
        f"suite: note: {journal.relative_to(command.folder)} was cut off; --resume goes on with it"
        in said.err
    )


@pytest.fixture
def cut(command, soaks):
    """The journal of a soak that was killed after three windows; nothing here knows its load file."""
    command.file("load_clicks.py", LOAD)
    soaks.answer = CutShort(Interrupted(15), make_soak(partial=True))
    command("soak", "load_clicks.py", "--hours", 1)
    (journal,) = journals(command)
    (command.folder / "load_clicks.py").unlink()
    return journal.relative_to(command.folder)


def test_what_a_killed_soak_had_measured_is_found_and_shown_anywhere(command, cut):
    said = command("show")
    assert said.err == (
        f"suite: note: a soak of counter/click was cut off; suite show {cut} says how far it came, "
        "and suite soak with --resume goes on with it\n"
    )
    shown = command("show", cut)
    assert "counter/click 3 min in 3 windows" in " ".join(shown.out.split())
    assert "it was cut off before it had 120 windows; thresholds and checks are not judged" in shown.out
    assert "INVALID  after 3 windows" in shown.out
    (soak,) = json.loads(command("show", cut, "--json").out)["results"]
    assert (soak["partial"], len(soak["windows"])) == (True, 3)
    assert command("report", cut, "-o", "page.html").code == 0
    assert "3 windows" in (command.folder / "page.html").read_text()
    assert journals(command) == [command.folder / cut], "it can still go on"


def test_a_soak_that_runs_is_not_called_cut_off(command, cut):
    with SoakJournal(command.folder / cut):
        assert command("show").err == ""


def test_the_journal_of_a_soak_is_no_document_to_import(command, cut):
    said = command("import", cut)
    assert said.code == 2
    assert f"suite: {cut} is of a soak that was cut off: suite show and suite report take it" in said.err


def test_a_journal_that_says_anything_is_a_line(command, cut):
    whole = (command.folder / cut).read_text().splitlines()
    entry = json.loads(whole[1])
    entry["window"]["seconds"] = 0.0
    (command.folder / cut).write_text("\n".join([whole[0], json.dumps(entry), ""]))
    said = command("show", cut)
    assert said.code == 2
    assert said.err == f"suite: {cut} is damaged: ZeroDivisionError: float division by zero\n"


def test_where_nothing_is_left_to_go_on_with_no_command_is_told(command, soaks, monkeypatch):
    command.file("load_clicks.py", LOAD)
    gone = CutShort(StoreError("can't write it"), make_soak(partial=True))

    def removed(self):
        self._keep(make_window(0))
        shutil.rmtree(command.folder / "results/soak")
        raise gone

    monkeypatch.setattr(soaks, "run", removed)
    said = command("soak", "load_clicks.py", "--hours", 1)
    assert said.code == 2
    assert "go on with" not in said.out


def test_the_command_that_goes_on_is_told_without_secrets(command, soaks):
    command.file("load_clicks.py", LOAD.replace("loop=", "parameters={'api_key': 'x'}, loop=", 1))
    soaks.answer = CutShort(Interrupted(15), make_soak(partial=True))
    said = command("soak", "load_clicks.py", "--set", "api_key=hunter2-set", "--hours", 1)
    told = "suite soak load_clicks.py --resume --set api_key=***, with what is secret in place of ***"
    assert f"go on with: {told}" in " ".join(said.out.split())
    assert "hunter2" not in said.out + said.err


def test_one_that_never_had_a_window_leaves_nothing(command, soaks):
    command.file("load_clicks.py", LOAD)
    soaks.windows = ()
    soaks.answer = CutShort(SystemFailed("it would not start"), make_head())
    said = command("soak", "load_clicks.py", "--hours", 1)
    assert (said.code, said.err) == (4, "suite: it would not start\n")
    assert journals(command) == []
    soaks.answer = CutShort(Interrupted(2), make_head())
    said = command("soak", "load_clicks.py", "--hours", 1)
    assert (said.code, said.err) == (130, "suite: interrupted before anything was measured\n")
    assert command("soak", "load_clicks.py", "--resume").code == 2


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ((), "how long? give --hours or --minutes"),
        (("--hours", "1", "--minutes", "5"), "give --hours or --minutes, not both"),
        (("--hours", "soon"), "--hours: 'soon' is not a quantity in 's'; write it like \"100ms\""),
        (("--minutes", "nan"), "--minutes: 'nan' is not a quantity in 's'; write it like \"100ms\""),
        (("--hours", "0"), "a soak of more than 0 seconds is wanted"),
        (("--hours", "1", "--window", "10min"), "3600 s are 6 windows of 600 s, and drift needs 20; "
         "give a longer time, or --window 180s or less"),
        (("--hours", "1", "--limit", "memory"), "--limit memory: write it as METRIC=SIZE"),
        (("--hours", "1", "--limit", "memory=much"), "--limit memory: 'much' is not a quantity in 'B'; "
         'write it like "500MB"'),
        (("--hours", "1", "--limit", "speed=1"), "--limit speed: a soak has no such metric; it has memory, "
         "descriptors, sockets, threads, processes, disk, response.p50, response.p95, response.p99, "
         "failures, throughput, and observed.NAME.mean"),
        (("--resume",), "--resume: no soak of counter/click was cut off in results/soak"),
    ],
)  # fmt: skip
def test_bad_input_is_told_in_a_line(command, words, said):
    command.file("load_clicks.py", LOAD)
    found = command("soak", "load_clicks.py", *words)
    assert (found.code, found.err) == (2, f"suite: {said}\n")
    assert journals(command) == []


def test_another_commit_or_machine_or_window_is_another_soak(command, soaks):
    command.file("load_clicks.py", LOAD)
    soaks.answer = CutShort(Interrupted(2), make_soak(partial=True))
    command("soak", "load_clicks.py", "--hours", 1)
    (path,) = journals(command)
    head, _ = read(path)
    path.unlink()
    other = replace(head, commit="f" * 40, environment={**head.environment, "cores": 1_000})
    with SoakJournal.create(path.parent, other) as journal:
        journal.append(make_window(0))
    said = command("soak", "load_clicks.py", "--resume", "--window", "20s", "--users", 3)
    assert said.code == 2
    assert [line.split(";")[0] for line in said.complaints] == [
        "suite: --resume: users was 2 and would be 3",
        "suite: --resume: it has windows of 30 s after 60 s of warm-up, and not of 20 s after 60 s",
        f"suite: --resume: it began at commit {'f' * 40}, and this is not given",
        "suite: --resume: it began on another class of machine",
    ]
