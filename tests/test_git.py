"""Questions to git change nothing, and run nothing."""

import os
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from suite.git import git
from suite.ledger.blame import _between
from suite.ledger.commits import Commits


def test_a_repository_that_names_a_program_does_not_have_it_run(tmp_path: Path) -> None:
    program = tmp_path / "monitor"
    program.write_text(f"#!/bin/sh\ntouch {tmp_path}/ran\n")
    program.chmod(0o755)
    for words in (["init", "-q"], ["config", "core.fsmonitor", str(program)]):
        subprocess.run(["git", *words], cwd=tmp_path, check=True)
    assert git(tmp_path, "status", "--porcelain")
    assert not (tmp_path / "ran").exists()


@pytest.fixture
def named(tmp_path: Path) -> Callable[..., None]:
    """Sets variables of a repository whose commit says it is signed; `{program}` leaves a file `ran`."""
    folder = tmp_path / "repository"
    folder.mkdir()
    program = tmp_path / "program"
    program.write_text(f"#!/bin/sh\ntouch {tmp_path}/ran\ncat\n")
    program.chmod(0o755)

    def asked(*words: str, said: str = "") -> str:
        who = ["-c", "user.name=ann", "-c", "user.email=ann@example.org"]
        done = subprocess.run(
            ["git", *who, *words], cwd=folder, check=True, input=said, capture_output=True, text=True
        )
        return done.stdout.strip()

    asked("init", "-q")
    (folder / "file").write_text("1")
    (folder / ".gitattributes").write_text("* filter=theirs\n")
    asked("add", ".")
    asked("commit", "-qm", "first")
    head, _, text = asked("cat-file", "commit", "HEAD").partition("\n\n")
    signed = (
        f"{head}\ngpgsig -----BEGIN PGP SIGNATURE-----\n \n abc\n -----END PGP SIGNATURE-----\n\n{text}\n"
    )
    asked("update-ref", "HEAD", asked("hash-object", "-t", "commit", "-w", "--stdin", said=signed))
    (folder / "file").write_text("2")
    os.utime(folder / "file", (1, 1))

    def name(**values: str) -> None:
        for one, value in values.items():
            asked("config", one.replace("__", "."), value.format(program=program))

    return name


QUESTIONS = (
    ("status", "--porcelain"),
    ("diff", "--name-only", "HEAD"),
    ("log", "--format=%s"),
    ("ls-files", "--others", "--exclude-standard"),
    ("rev-list", "HEAD"),
)


@pytest.mark.parametrize(
    "values",
    [
        {"filter__theirs__clean": "{program}"},
        {"filter__theirs__clean": "{program}", "filter__theirs__required": "true"},
        {"filter__theirs__process": "{program}"},
        {"log__showSignature": "true", "gpg__program": "{program}"},
        {"diff__external": "{program}", "core__pager": "{program}", "core__hooksPath": "{program}"},
    ],
)
def test_no_program_that_a_repository_names_is_run(
    tmp_path: Path, named: Callable[..., None], values: dict[str, str]
) -> None:
    named(**values)
    for words in QUESTIONS:
        assert git(tmp_path / "repository", *words), words
        assert not (tmp_path / "ran").exists(), words
    assert git(tmp_path / "repository", "status", "--porcelain").text == " M file"


@pytest.mark.parametrize("name", ["a=b", "a=b=c", "", "A", "a.b", 'a"b'])
def test_no_filter_is_run_whatever_it_is_called(
    tmp_path: Path, named: Callable[..., None], name: str
) -> None:
    """As an option of git, a name with a = in it ends there."""
    repository = tmp_path / "repository"
    (repository / ".gitattributes").write_text(f"* filter={name}\n")
    named(**{f"filter__{name}__clean": "{program}", f"filter__{name}__required": "true"})
    for words in (("status", "--porcelain"), ("diff", "--name-only", "HEAD")):
        assert "file" in git(repository, *words).text
        assert not (tmp_path / "ran").exists(), words


@pytest.mark.parametrize("scope", ["--local", "--global"])
def test_what_git_lfs_is_extended_by_is_not_run(
    tmp_path: Path, named: Callable[..., None], monkeypatch: pytest.MonkeyPatch, scope: str
) -> None:
    """It runs that itself, wherever it is set as a filter; here something in its place does."""
    repository = tmp_path / "repository"
    (tmp_path / "bin").mkdir()
    (tmp_path / "program").rename(tmp_path / "bin/git-lfs")
    monkeypatch.setenv("PATH", f"{tmp_path}/bin:{os.environ['PATH']}")
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", str(tmp_path / "global"))
    (repository / ".gitattributes").write_text("* filter=lfs\n")
    subprocess.run(
        ["git", "config", scope, "filter.lfs.clean", "git-lfs clean -- %f"], cwd=repository, check=True
    )
    assert git(repository, "status", "--porcelain")
    (tmp_path / "ran").unlink()  # it is a program of the user's own
    os.utime(repository / "file", (2, 2))
    named(lfs__extension__theirs__clean="{program}")
    assert git(repository, "status", "--porcelain")
    assert not (tmp_path / "ran").exists()


def test_a_question_that_writes_the_index_runs_no_hook(tmp_path: Path, named: Callable[..., None]) -> None:
    repository = tmp_path / "repository"
    (tmp_path / "program").rename(repository / ".git/hooks/post-index-change")
    (repository / "file").write_text("1")
    os.utime(repository / "file", (3, 3))
    assert git(repository, "diff", "--name-only", "HEAD").text == ""
    assert not (tmp_path / "ran").exists()


@pytest.mark.parametrize("link", [".", "inner"])
def test_submodules_that_lead_back_are_looked_at_once(tmp_path: Path, link: str) -> None:
    """A work tree that was unpacked may have any index, and any links."""

    def asked(*words: str) -> str:
        done = subprocess.run(["git", *words], cwd=tmp_path, check=True, capture_output=True, text=True)
        return done.stdout.strip()

    asked("init", "-q")
    asked("-c", "user.name=a", "-c", "user.email=a@b", "commit", "-qm", "x", "--allow-empty")
    sha = asked("rev-parse", "HEAD")
    (tmp_path / "inner").mkdir()
    for path in ("sub", "inner/sub"):
        asked("update-index", "--add", "--cacheinfo", f"160000,{sha},{path}")
    (tmp_path / "sub").symlink_to(link)
    (tmp_path / "inner/sub").symlink_to("..")
    answer = git(tmp_path, "status", "--porcelain")
    assert answer.text or answer.fault


@pytest.mark.parametrize(
    "values",
    [
        {"filter__theirs__clean": "{program}", "filter__theirs__required": "true"},
        {"core__fsmonitor": "{program}"},
    ],
)
def test_no_program_that_a_submodule_names_is_run(
    tmp_path: Path, named: Callable[..., None], values: dict[str, str]
) -> None:
    """Git compares its files too."""
    named(**values)
    outer = tmp_path / "outer"
    outer.mkdir()

    def asked(*words: str) -> None:
        subprocess.run(["git", *words], cwd=outer, check=True, capture_output=True)

    asked("init", "-q")
    (tmp_path / "repository").rename(outer / "inner")
    asked("-c", "core.hooksPath=/dev/null", "add", "inner")
    for words in (("status", "--porcelain"), ("diff", "--name-only", "HEAD")):
        git(outer, *words)
        assert not (tmp_path / "ran").exists(), words
    assert git(outer, "status", "--porcelain").text == "AM inner"
    subprocess.run(["git", "status"], cwd=outer, check=True, capture_output=True)
    assert (tmp_path / "ran").exists(), "git itself does"


def test_what_a_clone_lacks_is_not_fetched_by_a_program_that_it_names(
    tmp_path: Path, named: Callable[..., None]
) -> None:
    named(
        core__repositoryformatversion="1", extensions__partialClone="origin", remote__origin__promisor="true",
        remote__origin__url="ssh://host.invalid/x", core__sshCommand="{program}",
    )  # fmt: skip
    answer = git(tmp_path / "repository", "log", "-1", "--format=%s", "1" * 40)
    assert not answer
    assert not (tmp_path / "ran").exists()


def test_a_commit_that_a_record_names_is_no_option_of_git(
    tmp_path: Path, named: Callable[..., None], monkeypatch: pytest.MonkeyPatch
) -> None:
    """`git log --output=FILE` writes a file: a record from elsewhere may call its commit so."""
    named()
    monkeypatch.chdir(tmp_path / "repository")
    before = {*tmp_path.rglob("*")}
    evil = f"--output={tmp_path}/written"
    commits = Commits()
    assert _between(evil, "HEAD") == {}
    assert _between("HEAD", evil) == {}
    assert commits.sha(evil) is None
    assert commits.fork(evil, "HEAD") is None
    assert commits.line(evil) == [evil]
    assert commits.is_branch(evil) is False
    assert {*tmp_path.rglob("*")} == before
