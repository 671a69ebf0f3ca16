"""Commits in folders of their own; nothing of them is left in the user's repository."""

import os
import shutil
import socket
import subprocess
import sys
import textwrap

import pytest
from support.repositories import Scratch

from suite.ab.repository import Repository, take
from suite.errors import ConfigurationError, StoreError


@pytest.fixture
def scratch(tmp_path):
    scratch = Scratch(tmp_path / "repository")
    scratch.write("kept", "1")
    scratch.write("changed", "old")
    scratch.write("gone", "1")
    scratch.commit("One")
    return scratch


def repository(scratch):
    return Repository(scratch.folder, scratch.folder / "results")


def test_commits_by_any_name(scratch):
    sha = scratch.git("rev-parse", "HEAD")
    scratch.git("tag", "v1")
    found = repository(scratch)
    for word in ("HEAD", "main", "v1", sha, sha[:10]):
        assert found.commit(word).sha == sha
        assert found.knows(word)
    assert str(found.commit("v1")) == f"{sha[:12]} One"
    for word in ("v2", "--all", ""):
        assert not found.knows(word)
        with pytest.raises(ConfigurationError, match="git knows no commit"):
            found.commit(word)


def test_a_folder_below_is_in_the_repository_and_one_outside_is_not(scratch, tmp_path):
    below = scratch.folder / "a" / "b"
    below.mkdir(parents=True)
    assert Repository(below, tmp_path).root == scratch.folder
    with pytest.raises(ConfigurationError, match="not a git repository"):
        Repository(tmp_path, tmp_path)


def test_a_shallow_clone_says_what_brings_more(scratch, tmp_path):
    first = scratch.git("rev-parse", "HEAD")
    scratch.commit("Two")
    clone = tmp_path / "clone"
    scratch.git("clone", "-q", "--depth", "1", f"file://{scratch.folder}", str(clone))
    with pytest.raises(ConfigurationError, match="git fetch --unshallow"):
        Repository(clone, tmp_path).commit(first)


def test_a_commit_is_checked_out_and_removed(scratch, tmp_path):
    scratch.write("changed", "new")
    found, place = repository(scratch), tmp_path / "place"
    with found.checked_out(found.commit("HEAD"), place):
        assert (place / "changed").read_text() == "old"
        assert len(scratch.worktrees()) == 2
    assert not place.exists()
    assert len(scratch.worktrees()) == 1
    assert (scratch.folder / "changed").read_text() == "new"


def test_the_work_tree_is_taken_as_it_is(scratch, tmp_path):
    scratch.write("changed", "new")
    scratch.write("new/file", "1")
    scratch.write("results/ab/much.json", "1")
    scratch.write(".gitignore", "ignored\n")
    scratch.write("ignored", "1")
    (scratch.folder / "gone").unlink()
    (scratch.folder / "link").symlink_to("kept")
    found, place = repository(scratch), tmp_path / "place"
    work_tree = found.work_tree()
    assert work_tree.changed == 5
    assert "uncommitted changes to 5 files" in str(work_tree)
    with found.checked_out(work_tree, place):
        names = {str(path.relative_to(place)) for path in place.rglob("*") if path.is_file()}
        assert names - {".git"} == {".gitignore", "changed", "kept", "new/file", "link"}
        assert (place / "changed").read_text() == "new"
        assert (place / "link").is_symlink()
    scratch.git("checkout", "-q", ".")
    scratch.git("clean", "-fdq")
    assert repository(scratch).work_tree().changed == 0


def test_hooks_of_the_user_do_not_run(scratch, tmp_path):
    hook = scratch.write(".git/hooks/post-checkout", f"#!/bin/sh\ntouch {tmp_path}/ran\n")
    hook.chmod(0o755)
    found = repository(scratch)
    with found.checked_out(found.commit("HEAD"), tmp_path / "place"):
        pass
    assert not (tmp_path / "ran").exists()


@pytest.mark.parametrize("name", [b"ours", b"our\xe9s"])
def test_what_a_killed_comparison_left_is_forgotten_but_nothing_of_the_user(scratch, tmp_path, name):
    theirs = tmp_path / "loadledger-2025-backup" / "base"
    scratch.git("worktree", "add", "--detach", str(theirs))
    shutil.rmtree(theirs)
    found = repository(scratch)
    ours = tmp_path / os.fsdecode(name)
    code = """
        import os, sys
        from pathlib import Path
        from suite.ab.repository import Repository
        found = Repository(Path(sys.argv[1]), Path("results"))
        with found.checked_out(found.commit("HEAD"), Path(sys.argv[2])):
            os.kill(os.getpid(), 9)
    """
    words = [sys.executable, "-c", textwrap.dedent(code), str(scratch.folder), str(ours)]
    assert subprocess.run(words, check=False).returncode == -9
    shutil.rmtree(ours)
    assert str(ours) in "\n".join(scratch.worktrees())
    with found.checked_out(found.commit("HEAD"), tmp_path / "place"):
        listed = "\n".join(scratch.worktrees())
    assert str(ours) not in listed
    assert str(theirs) in listed


def test_a_worktree_is_forgotten_too_that_was_killed_while_git_wrote_its_files(scratch, tmp_path):
    scratch.write(".gitattributes", "deadly filter=deadly")
    scratch.write("deadly", "1")
    scratch.commit("Two")
    scratch.git("config", "filter.deadly.smudge", "kill -9 0")  # all of the group, git as well
    found = repository(scratch)
    ours = tmp_path / "ours"
    code = """
        import sys
        from pathlib import Path
        from suite.ab.repository import Repository
        found = Repository(Path(sys.argv[1]), Path("results"))
        with found.checked_out(found.commit("HEAD"), Path(sys.argv[2])):
            pass
    """
    words = [sys.executable, "-c", textwrap.dedent(code), str(scratch.folder), str(ours)]
    assert subprocess.run(words, check=False, start_new_session=True).returncode == -9
    shutil.rmtree(ours)
    scratch.git("config", "filter.deadly.smudge", "cat")
    with found.checked_out(found.commit("HEAD"), tmp_path / "place"):
        assert (tmp_path / "place" / "deadly").read_text() == "1"
        assert len(scratch.worktrees()) == 2
    assert len(scratch.worktrees()) == 1


def test_a_worktree_is_forgotten_too_that_was_killed_before_it_was_marked(scratch, tmp_path):
    """`kill -9` within `git worktree add` left a record that is locked: no `git worktree prune` takes it."""
    found = repository(scratch)
    ours, theirs = tmp_path / "loadledger-x" / "base", tmp_path / "disk" / "tree"
    for folder in (ours, theirs):
        folder.parent.mkdir()
        scratch.git("worktree", "add", "-q", "--no-checkout", "--detach", "--lock", str(folder), "HEAD")
    for record in (scratch.folder / ".git" / "worktrees").iterdir():
        (record / "locked").write_text("initializing\n")
    with found.checked_out(found.commit("HEAD"), tmp_path / "place"):
        assert len(scratch.worktrees()) == 4  # what it lies in is there: another may be making it
    shutil.rmtree(ours.parent)
    shutil.rmtree(theirs.parent)
    scratch.git("worktree", "prune")
    assert len(scratch.worktrees()) == 3
    with found.checked_out(found.commit("HEAD"), tmp_path / "place"):
        pass
    assert [line.split()[0] for line in scratch.worktrees()[1:]] == [str(theirs)]


def test_what_git_says_is_passed_on(scratch, tmp_path):
    (tmp_path / "place").mkdir()
    (tmp_path / "place" / "file").write_text("in the way")
    found = repository(scratch)
    with (
        pytest.raises(ConfigurationError, match="already exists"),
        found.checked_out(found.commit("HEAD"), tmp_path / "place"),
    ):
        pass
    assert len(scratch.worktrees()) == 1


def test_an_empty_repository_has_no_work_tree_to_compare(tmp_path):
    subprocess.run(["git", "init", "-q", str(tmp_path)], check=True)
    with pytest.raises(ConfigurationError, match="git knows no commit 'HEAD'"):
        Repository(tmp_path, tmp_path / "results").work_tree()


def test_taking_replaces_whatever_was_there(tmp_path):
    here, there = tmp_path / "here", tmp_path / "there"
    (here / "thing").mkdir(parents=True)
    (here / "thing" / "file").write_text("1")
    there.mkdir()
    (there / "thing").write_text("a file")
    take(here, there, "thing")
    assert (there / "thing" / "file").read_text() == "1"
    shutil.rmtree(here / "thing")
    (here / "thing").write_text("1")
    take(here, there, "thing")
    assert (there / "thing").read_text() == "1"
    (here / "thing").unlink()
    take(here, there, "thing")
    assert not (there / "thing").exists()


def test_sockets_and_pipes_in_a_folder_that_is_taken_are_passed_over(tmp_path):
    """A folder of data with a server's socket in it: `--carry data` ended with a traceback."""
    here, there = tmp_path / "here", tmp_path / "there"
    (here / "data" / "sub").mkdir(parents=True)
    there.mkdir()
    (here / "data" / "file").write_text("1")
    (here / "data" / "link").symlink_to("nowhere")
    os.mkfifo(here / "data" / "sub" / "pipe")
    with socket.socket(socket.AF_UNIX) as listening:
        listening.bind(str(here / "data" / "sub" / "socket"))
    take(here, there, "data")
    taken = sorted(str(path.relative_to(there)) for path in there.rglob("*"))
    assert taken == ["data", "data/file", "data/link", "data/sub"]


def test_what_can_not_be_taken_is_one_line(tmp_path):
    """`--carry data/model`, where the other commit has a file called data: it ended with a traceback."""
    here, there = tmp_path / "here", tmp_path / "there"
    (here / "data").mkdir(parents=True)
    (here / "data" / "model").write_text("1")
    there.mkdir()
    (there / "data").write_text("a file")
    with pytest.raises(StoreError, match=r"can't copy .*/here/data/model: \[Errno 20\] Not a directory"):
        take(here, there, "data/model")
    assert (there / "data").read_text() == "a file"


def test_taking_never_reaches_through_a_link_out_of_the_checkout(tmp_path):
    """`--carry shared/data` once removed a folder outside, where base had a link called shared."""
    here, there, outside = tmp_path / "here", tmp_path / "there", tmp_path / "outside"
    for folder in (here / "shared" / "data", outside / "data"):
        folder.mkdir(parents=True)
        (folder / "precious").write_text(str(folder))
    there.mkdir()
    (there / "shared").symlink_to(outside)
    with pytest.raises(ConfigurationError, match="shared/data: in there a link above it leads out"):
        take(here, there, "shared/data")
    assert (outside / "data" / "precious").read_text() == str(outside / "data")


def test_names_that_begin_with_a_space_or_are_of_another_script_are_taken(scratch, tmp_path):
    for name in (" lead", "größe n.txt", "neu 日.txt", "tab\tname"):
        scratch.write(name, "x")
    found, place = repository(scratch), tmp_path / "place"
    with found.checked_out(found.work_tree(), place):
        assert {path.name for path in place.iterdir()} >= {" lead", "größe n.txt", "neu 日.txt", "tab\tname"}


HOOK = """#!/bin/sh
exec {python} - <<'END' > {said} 2>&1
import sys
from pathlib import Path
from suite.ab.repository import Repository
found = Repository(Path.cwd(), Path("results"))
for number, commit in enumerate((found.commit("HEAD"), found.work_tree())):
    with found.checked_out(commit, Path("{places}") / str(number)) as place:
        assert (place / "kept").read_text() == "1"
print("done")
END
"""


@pytest.mark.parametrize("linked", [False, True], ids=["main", "linked"])
@pytest.mark.parametrize("hook", ["pre-commit", "post-commit", "pre-push"])
def test_in_a_hook_the_users_index_stays_as_it_was(scratch, tmp_path, hook, linked):
    """In hooks git's variables name the user's own index: a checkout of ours once overwrote it."""
    said, places, remote = tmp_path / "said", tmp_path / "places", tmp_path / "remote.git"
    places.mkdir()
    work = tmp_path / "linked" if linked else scratch.folder
    if linked:
        scratch.git("worktree", "add", "-q", "-b", "linked", str(work))
    script = scratch.folder / ".git" / "hooks" / hook
    script.parent.mkdir(exist_ok=True)
    script.write_text(HOOK.format(python=sys.executable, said=said, places=places))
    script.chmod(0o755)
    (work / "staged").write_text("staged")
    subprocess.run(["git", "add", "staged"], cwd=work, check=True)
    (work / "changed").write_text("in the work tree only")
    scratch.git("init", "-q", "--bare", str(remote))
    words = ["push", "-q", str(remote), "HEAD:main"] if hook == "pre-push" else ["commit", "-q", "-m", "Two"]
    who = ["-c", "user.name=a", "-c", "user.email=a@example.org"]
    done = subprocess.run(["git", *who, *words], cwd=work, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert said.read_text() == "done\n"
    status = subprocess.run(
        ["git", "status", "--short"], cwd=work, capture_output=True, text=True, check=True
    )
    staged = ["A  staged"] if hook == "pre-push" else []
    assert sorted(status.stdout.splitlines()) == [" M changed", *staged]
    assert len(scratch.worktrees()) == 1 + linked


def _added(scratch, library, path):
    scratch.git("-c", "protocol.file.allow=always", "submodule", "--quiet", "add", str(library.folder), path)


def test_submodules_are_checked_out_as_the_commit_has_them(scratch, tmp_path):
    library = Scratch(tmp_path / "library")
    library.write("value.py", "VALUE = 1")
    library.commit("One")
    scratch.git(
        "-c", "protocol.file.allow=always", "submodule", "--quiet", "add", str(library.folder), "vendor/lib"
    )
    first = scratch.commit("With a library")
    library.write("value.py", "VALUE = 2")
    library.commit("Two")
    inner = scratch.folder / "vendor" / "lib"
    subprocess.run(["git", "-C", str(inner), "pull", "-q", "origin", "main"], check=True)
    scratch.commit("A newer library")
    (inner / "value.py").write_text("VALUE = 3")
    found = repository(scratch)
    for commit, value in ((found.commit(first), 1), (found.commit("HEAD"), 2), (found.work_tree(), 3)):
        place = tmp_path / f"place-{value}"
        with found.checked_out(commit, place):
            assert (place / "vendor/lib/value.py").read_text() == f"VALUE = {value}"
        assert not place.exists()
    assert len(scratch.worktrees()) == 1
    listed = subprocess.run(
        ["git", "-C", str(inner), "worktree", "list"], capture_output=True, text=True, check=True
    )
    assert len(listed.stdout.splitlines()) == 1


def test_a_submodule_that_lacks_its_commit_is_named(scratch, tmp_path):
    library = Scratch(tmp_path / "library")
    library.commit("One")
    scratch.git(
        "-c", "protocol.file.allow=always", "submodule", "--quiet", "add", str(library.folder), "vendor"
    )
    scratch.commit("With a library")
    scratch.git("update-index", "--cacheinfo", f"160000,{'ab' * 20},vendor")
    scratch.git("commit", "-q", "-m", "A commit that nobody has")
    found = repository(scratch)
    with (
        pytest.raises(
            ConfigurationError, match=r"submodule vendor at abababababab: .*; .*git -C vendor fetch"
        ),
        found.checked_out(found.commit("HEAD"), tmp_path / "place"),
    ):
        pass
    assert not (tmp_path / "place").exists()
    assert len(scratch.worktrees()) == 1


def test_files_whose_names_are_no_text_are_of_the_work_tree_too(scratch, tmp_path):
    """What had changed in them was left out without a word."""
    changed, new, gone = (os.fsdecode(name) for name in (b"chang\xe9", b"d\xe9/new\xe9", b"gon\xe9"))
    for name in (changed, gone):
        (scratch.folder / name).write_text("old")
    scratch.commit("Two")
    (scratch.folder / changed).write_text("new")
    (scratch.folder / gone).unlink()
    scratch.write(new, "1")
    found, place = repository(scratch), tmp_path / "place"
    work_tree = found.work_tree()
    assert work_tree.changed == 3
    with found.checked_out(work_tree, place):
        assert (place / changed).read_text() == "new"
        assert (place / new).read_text() == "1"
        assert not (place / gone).exists()


def test_a_repository_in_a_folder_whose_name_is_no_text(tmp_path):
    """There was no such folder, it was said."""
    scratch = Scratch(tmp_path / os.fsdecode(b"caf\xe9"))
    scratch.write("kept", "1")
    scratch.commit("One")
    found = repository(scratch)
    assert found.root == scratch.folder
    with found.checked_out(found.commit("HEAD"), scratch.folder / "place"):
        assert (scratch.folder / "place" / "kept").read_text() == "1"
    assert len(scratch.worktrees()) == 1
