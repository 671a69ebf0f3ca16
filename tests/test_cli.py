"""The command itself: its help, what starting costs, its version."""

import re
import resource
import shlex
import subprocess
import sys
import textwrap
from typing import Any

import pytest
import typer.main
from support.variants import exhaustive

import suite
from suite.cli import COMMANDS as SHORT
from suite.cli import app

GROUP: Any = typer.main.get_command(app)
NOTHING, IMPORT, HELP = ["-c", "pass"], ["-c", "import suite"], ["-m", "suite.cli", "--help"]
COMMANDS = sorted(GROUP.commands)


@pytest.mark.parametrize("words", [(), *((name,) for name in COMMANDS)])
def test_help_shows_examples(command, words):
    said = command(*words, "--help")
    assert said.code == 0
    assert said.err == ""
    assert "Examples:\n" in said.out
    assert len(re.findall(rf"^ +suite {words[0] if words else ''}", said.out, re.M)) >= 1
    assert max(map(len, said.out.splitlines())) <= 100


@pytest.mark.parametrize("name", COMMANDS)
def test_examples_of_the_help_are_commands(command, name):
    examples = re.findall(rf"^ +suite {name}\b(.*?)(?:   .*)?$", command(name, "--help").out, re.M)
    targets = set()
    for example in examples:
        context = GROUP.commands[name].make_context(name, shlex.split(example))
        targets |= {target for target in context.params.get("targets") or () if not target.endswith(".py")}
    assert command("list", *sorted(targets)).code == 0


def test_without_a_command_there_is_help(command):
    said = command()
    assert said.code == 2
    assert said.out == ""
    assert "Examples:" in said.err


@pytest.mark.parametrize("name", COMMANDS)
def test_each_command_is_told_in_the_line_that_its_own_help_begins_with(command, name):
    assert SHORT[name] in " ".join(command(name, "--help").out.split())


@pytest.mark.parametrize(
    "words",
    [
        *(["--help"], ["--version"], ["run", "--hlep"], ["run", "--help"], ["history", "--help"]),
        *(exhaustive([c, "--help"]) for c in COMMANDS if c not in ("run", "history")),
    ],
)
def test_help_is_light(words):
    script = (
        "import sys, suite.cli\n"
        "try: suite.cli.main(sys.argv[1:])\n"
        "except SystemExit: print(*sys.modules, file=sys.stderr)"
    )
    said = subprocess.run([sys.executable, "-c", script, *words], capture_output=True, text=True, check=True)
    loaded = set(said.stderr.split())
    assert "suite.errors" in loaded
    heavy = {"numpy", "sqlalchemy", "alembic", "rich", "memray", "uvloop", "suite.engine"}
    assert not heavy & loaded
    others = {f"suite.commands.{name}" for name in COMMANDS} - {f"suite.commands.{words[0]}"}
    assert not others & loaded, "a command is imported when it is called"


def test_what_starting_costs(capsys):
    """As shares of a Python that does nothing (some 14 ms), which no load on the machine changes much: a goal
    of 110 ms for the library and 220 for a help text."""

    def seconds(*words):
        found = []
        for _ in range(3):
            before = resource.getrusage(resource.RUSAGE_CHILDREN)
            subprocess.run([sys.executable, *words], capture_output=True, check=True)
            after = resource.getrusage(resource.RUSAGE_CHILDREN)
            found.append(after.ru_utime - before.ru_utime + after.ru_stime - before.ru_stime)
        return min(found)

    bare, library, command = (seconds(*words) for words in (NOTHING, IMPORT, HELP))
    with capsys.disabled():
        sys.stdout.write(f" CPU: import suite {1000 * library:.0f} ms, suite --help {1000 * command:.0f} ms ")
    assert library < 8 * bare
    assert command < 16 * bare


def test_where_no_memory_is_left_to_say_so_that_is_said():
    """A traceback of the line that could not be made, and 1."""

    code = """
        import suite.cli, suite.foreign_text
        def refused(text): raise MemoryError
        suite.foreign_text.clean = refused
        suite.cli.main(["run", "no/such"])
    """
    said = subprocess.run([sys.executable, "-c", textwrap.dedent(code)], capture_output=True, text=True)
    told = "suite: there is no memory left, not for what to say of it either; free some memory\n"
    assert (said.returncode, said.stderr) == (2, told)


@pytest.mark.parametrize("module", ["suite", "suite.cli"])
def test_it_runs_as_a_module_and_tells_its_version(module):
    said = subprocess.run([sys.executable, "-m", module, "--version"], capture_output=True, text=True)
    assert (said.returncode, said.stdout) == (0, f"loadledger {suite.__version__}\n")


@pytest.mark.parametrize("platform", ["darwin", "win32"])
def test_off_linux_the_container_is_named(command, monkeypatch, platform):
    monkeypatch.setattr(sys, "platform", platform)
    said = command("run", "my load.py")
    assert said.code == 2
    (line,) = said.complaints
    assert f"on {platform} run it in a container: docker run --rm -it " in line
    (inside,) = shlex.split(line.partition("sh -c ")[2])
    assert inside.startswith("pip install -q ")
    assert inside.endswith("[all]' && suite run 'my load.py'")
    assert command("--help").code == 0


@pytest.mark.parametrize(
    ("words", "name"),
    [
        (("prune", "--ledger", ""), "--ledger"),
        (("prune", "--ledger="), "--ledger"),
        (("run", " "), "run"),
        (("export", ""), "export"),
    ],
)
def test_a_variable_that_is_not_set_is_no_default(command, words, name):
    """`suite prune --ledger "$LEDGER"` removed from the ledger here."""
    said = command(*words)
    assert said.code == 2
    (line,) = said.complaints
    assert f"{name} is followed by nothing: is a variable not set? leave it out, or give it" in line


@pytest.mark.parametrize("link", ["results", "results/ledger.db", "report.html"])
@pytest.mark.parametrize("words", [("show",), ("history",), ("report",), ("import", "x.json")])
def test_links_that_lead_in_a_circle_are_one_line(command, words, link):
    (command.folder / link).parent.mkdir(exist_ok=True)
    (command.folder / link).symlink_to(link.rpartition("/")[2])
    said = command(*words)
    assert said.code == 2
    assert len(said.complaints) == 1
    assert "fault of Loadledger" not in said.err


IN_NO_FOLDER = 'mkdir gone; cd gone; rmdir ../gone; exec "$@"'


@pytest.mark.parametrize("words", [("show",), ("run",), ("import", "x.json"), ("gate", "--base", "main")])
def test_a_folder_that_was_removed_is_one_line(tmp_path, words):
    """As a shell is in after another branch was checked out: it was called a fault of Loadledger."""
    command = ["sh", "-c", IN_NO_FOLDER, "sh", sys.executable, "-m", "suite.cli", *words]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    line = "suite: the folder that you are in was removed; go to one that is there (cd)\n"
    assert (done.returncode, done.stdout, done.stderr) == (2, "", line)


def test_a_folder_that_is_removed_while_a_command_runs_is_one_line(tmp_path):
    (tmp_path / "here").mkdir()
    (tmp_path / "load_it.py").write_text("import os\nos.rmdir(os.getcwd())\nos.getcwd()\n")
    words = [sys.executable, "-m", "suite.cli", "list", "../load_it.py"]
    done = subprocess.run(words, cwd=tmp_path / "here", capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert len(done.stderr.splitlines()) == 1
    assert "fault of Loadledger" not in done.stderr


def test_help_needs_no_folder(tmp_path):
    command = ["sh", "-c", IN_NO_FOLDER, "sh", sys.executable, "-m", "suite.cli", "show", "--help"]
    assert subprocess.run(command, cwd=tmp_path, capture_output=True, check=False).returncode == 0
