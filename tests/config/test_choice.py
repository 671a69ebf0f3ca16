"""What `suite run` runs where nothing is named: the project's own load files, else a tour."""

import pytest
from support.processes import EXAMPLES

from suite.config.choice import choose
from suite.config.file import Configuration
from suite.config.filters import Filters
from suite.config.load_files import load_files
from suite.config.tour import TAG
from suite.errors import ConfigurationError

ANY = Configuration()
BROKEN = "import no_such_thing"


def names(choice):
    return [one.workload.name for one in choice.chosen]


def text_of(name):
    return (EXAMPLES / "load_counter.py").read_text().replace("counter/", f"{name}/")


@pytest.fixture
def loads(command):
    """`loads("a/load_x.py", ...)`: load files with a workload each, `x/click` and `x/watch`."""

    def make(*paths):
        for path in paths:
            (command.folder / path).parent.mkdir(exist_ok=True)
            command.file(path, text_of((command.folder / path).stem.removeprefix("load_")))

    return make


def test_load_files_of_the_folder_are_meant_and_nothing_else(loads, command):
    loads("load_b.py", "load_a.py", "loads/c.py", "loads/_helper.py", "other.py", "sub/load_d.py")
    assert load_files().files == ("load_a.py", "load_b.py", "loads/c.py")
    found = choose((), ANY)
    assert names(found) == [f"{name}/{what}" for name in "abc" for what in ("click", "watch")]
    assert found.tour is None


def test_files_of_the_configuration_take_their_place(loads):
    loads("load_a.py", "sub/load_d.py", "sub/e.py")
    assert load_files(["sub/e.py", "sub/*.py"]).files == ("sub/e.py", "sub/load_d.py")
    with pytest.raises(ConfigurationError) as caught:
        load_files(["*.txt", "x"], "c.toml")
    assert str(caught.value) == "c.toml: files: there is no file *.txt\nc.toml: files: there is no file x"


def test_targets_and_filters_count_as_ever(loads):
    loads("load_a.py", "other.py")
    assert names(choose(["other.py"], ANY)) == ["other/click", "other/watch"]
    assert names(choose((), ANY, Filters(["click"]))) == ["a/click"]


def test_a_file_without_a_workload_is_left_out_with_a_note(loads, command):
    loads("load_a.py")
    command.file("load_data.py", "rows = []")
    found = choose((), ANY)
    assert names(found) == ["a/click", "a/watch"]
    assert found.notes == ("load_data.py defines no Workload: left out",)


def test_a_folder_whose_load_files_have_no_workload_says_so(command):
    command.file("load_data.py", "rows = []")
    with pytest.raises(ConfigurationError, match=r"load_data.py defines no Workload; .* files = \[...\]"):
        choose((), ANY)


def test_without_load_files_it_is_a_tour_that_knows_what_it_leaves_out(command):
    found = choose((), ANY)
    assert found.tour is not None
    assert all(TAG in one.workload.tags for one in found.chosen)
    assert {name.partition("/")[0] for name in names(found)} >= {"conversation", "dicom", "vision"}
    assert "dicom/burst" in found.tour.left_out
    assert not {*names(found)} & {*found.tour.left_out}
    filtered = choose((), ANY, Filters(["burst"]))
    assert (names(filtered), filtered.tour) == (["conversation/bursts", "dicom/burst"], None)


# --- the command


def test_a_run_in_a_folder_with_a_load_file_runs_that_file_quickly(command, engine):
    command.example("load_counter.py")
    said = command("run")
    assert (said.code, said.err) == (0, "")
    assert {name: one.quick for name, one in engine.asked.items()} == {
        "counter/click": True,
        "counter/watch": True,
    }
    assert "tour" not in said.out


def test_files_stand_in_the_configuration(command, engine, loads):
    loads("load_a.py", "elsewhere/b.py")
    command.file("loadledger.toml", 'files = ["elsewhere/*.py"]')
    assert command("run").code == 0
    assert list(engine.asked) == ["b/click", "b/watch"]


def test_load_files_that_can_not_be_imported_are_a_line_each(command, engine):
    command.file("load_a.py", BROKEN)
    command.file("load_b.py", "x = (")
    command.example("load_counter.py")
    said = command("run")
    assert said.code == 2
    first, second = said.complaints
    assert first.endswith(
        "/load_a.py can't be loaded: line 1: ModuleNotFoundError: No module named 'no_such_thing'"
    )
    assert "/load_b.py can't be loaded: line 1: SyntaxError" in second
    assert not engine.asked
    assert command.saved() == []


def test_a_tour_says_what_it_left_out_and_how_to_run_it(command, engine):
    said = command("run")
    assert said.code == 0
    assert all(one.quick for one in engine.asked.values())
    told = " ".join(said.out.split())
    assert "a quick tour, since there is no load file here (load_*.py, loads/*.py" in told
    left_out = told.partition("left out: ")[2].partition(";")[0].split(", ")
    assert "api/uploads" in left_out
    assert f"run one: suite run {left_out[0]}, or all: suite run" in told
    assert not {"api/uploads", "dicom/burst"} & engine.asked.keys()


def test_the_list_has_the_load_files_first(command, loads):
    loads("load_a.py")
    lines = command("list").out.splitlines()
    assert lines[0].startswith("a/click")
    assert any(line.startswith("vision/") for line in lines)
    assert command("list", "-k", "a/CLICK").out.startswith("a/click")
