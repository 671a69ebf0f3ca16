"""The steps of the workflow, run one after the other in a repository made for it, as a runner would.

In place of what a runner has (`sudo`, `gh`, an index of packages) stand programs of ours; valgrind is not
there, so that allocations and statements decide.
"""

import os
import subprocess
import sys
from pathlib import Path

import pytest
import yaml
from scaffold.strangers import project, said
from support.repositories import Scratch

pytestmark = [pytest.mark.exhaustive, pytest.mark.nightly, pytest.mark.rounds, pytest.mark.timeout(2000)]

SHOP = {
    "shop.py": """
        import sqlite3, time
        from flask import Flask

        app = Flask(__name__)
        base = sqlite3.connect("file:shop?mode=memory&cache=shared", uri=True, check_same_thread=False)
        base.execute("create table items (id integer primary key, name text)")
        base.executemany("insert into items (name) values (?)", [(f"item {n}",) for n in range(9)])

        @app.get("/items")
        def items():
            time.sleep(0.020)  # what a payment takes
            return [name for _, name in base.execute("select id, name from items").fetchall()]
        """,
    "requirements.txt": "flask\ngunicorn\n",
}
ONE_BY_ONE = """\
    return [base.execute("select name from items where id = ?", (n,)).fetchone()[0] for n in range(1, 10)]
"""
GH = """#!/bin/sh
echo "$@" >> "$CALLS"
case "$*" in
  *--paginate*) test ! -e "$CALLS.made" || echo 7 ;;
  *) touch "$CALLS.made" ;;
esac
"""


class Runner:
    """Runs the steps of a job with a PATH of its own."""

    def __init__(self, folder, tools):
        self.folder = folder
        self.calls = tools / "calls"
        self._tools = tools
        bin_ = tools / "bin"
        bin_.mkdir(parents=True)
        for place in ("/bin", "/usr/bin", str(Path(sys.executable).parent)):
            for one in Path(place).iterdir():
                link = bin_ / one.name
                if not one.name.startswith("valgrind"):
                    link.unlink(missing_ok=True)
                    link.symlink_to(one)
        for name, text in {
            "sudo": "#!/bin/sh\necho no packages here >&2; exit 1\n",
            "gh": GH,
            "python": f'#!/bin/sh\ntest "$1 $2" = "-m pip" || exec {sys.executable} "$@"\n',
            "suite": f'#!/bin/sh\nexec {sys.executable} -m suite.cli "$@"\n',
        }.items():
            (bin_ / name).unlink(missing_ok=True)
            (bin_ / name).write_text(text)
            (bin_ / name).chmod(0o755)
        self.environment = {
            **{name: value for name, value in os.environ.items() if not name.startswith("LOADLEDGER")},
            "PATH": str(bin_), "CALLS": str(self.calls), "GITHUB_STEP_SUMMARY": str(tools / "summary.md"),
            "GITHUB_REPOSITORY": "ours/shop", "NUMBER": "3", "COLUMNS": "120",
        }  # fmt: skip

    def job(self, name):
        """Exit code of the first step that failed, else 0, and all output."""
        steps = yaml.safe_load((self.folder / ".github/workflows/load.yml").read_text())["jobs"][name][
            "steps"
        ]
        output = ""
        for step in (step for step in steps if "run" in step):
            done = subprocess.run(
                ["bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", step["run"]], cwd=self.folder,
                text=True, env=self.environment, capture_output=True, timeout=1500, check=False,
                stdin=subprocess.DEVNULL,
            )  # fmt: skip
            output += done.stdout + done.stderr
            if done.returncode:
                return done.returncode, output
        return 0, output


@pytest.fixture(scope="module")
def repository(tmp_path_factory):
    folder = tmp_path_factory.mktemp("work") / "shop"
    there = Scratch(folder)
    project(folder, SHOP)
    said(folder, "init", "--runner", "quiet")
    there.write(".gitignore", "__pycache__/\nresults/\nreports/\ncomment.md\n")
    there.commit("A shop and its load tests")
    return there


def merged(there, change):
    """What a runner checks out for a pull request: the change, merged into the branch that it goes to."""
    there.git("checkout", "-q", "-B", "change", "main")
    path = there.folder / "shop.py"
    path.write_text(change(path.read_text()))
    there.commit("A change")
    there.git("checkout", "-q", "--detach", "main")
    there.git("merge", "-q", "--no-ff", "-m", "merged", "change")


@pytest.fixture
def runner(repository, tmp_path):
    yield Runner(repository.folder, tmp_path)
    repository.git("checkout", "-q", "main")


def test_a_comment_in_the_code_passes_and_one_comment_says_so(repository, runner):
    merged(repository, lambda text: text.replace("@app.get", "# what there is\n@app.get"))
    code, output = runner.job("costs")
    assert code == 0, output
    assert "no valgrind: all but instructions and system calls is counted" in output
    for _ in range(2):
        assert runner.job("comment")[0] == 0
    posted = [line for line in runner.calls.read_text().splitlines() if "--paginate" not in line]
    assert posted == [
        "api --silent repos/ours/shop/issues/3/comments -F body=@comment.md",
        "api --silent --method PATCH repos/ours/shop/issues/comments/7 -F body=@comment.md",
    ]
    assert (repository.folder / "comment.md").read_text().startswith("<!-- loadledger -->\n### Load: costs\n")


def test_statements_one_by_one_stop_it(repository, runner):
    def one_by_one(text):
        kept, _, _ = text.partition("    return [name")
        return kept + ONE_BY_ONE

    merged(repository, one_by_one)
    code, output = runner.job("costs")
    assert code == 1, output
    assert "cost.statements" in output
    assert "COSTS MORE" in output


def test_what_is_30_percent_slower_is_stopped_on_a_machine_of_one_s_own(repository, runner):
    merged(repository, lambda text: text.replace("0.020", "0.026"))
    code, output = runner.job("times")
    assert code == 1, output
    assert "REGRESSION  1 regression" in output
