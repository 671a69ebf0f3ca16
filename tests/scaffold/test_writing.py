"""What is there already stays, whoever wrote it."""

import errno
from pathlib import Path

import pytest

from suite import files
from suite.errors import StoreError
from suite.scaffold import writing
from suite.scaffold.stamp import is_marked, is_unchanged, stamped
from suite.scaffold.writing import planned, write

TEXT = "# suite init @MARK@: yours.\nrate = 5\n"


def states(root, texts, **how):
    return {one.path: (one.state, one.differing) for one in planned(root, texts, **how)}


def test_a_mark_knows_its_text():
    text = stamped(TEXT)
    assert is_marked(text)
    assert is_unchanged(text)
    assert is_unchanged(text.replace("\n", "\r\n"))
    assert not is_unchanged(text.replace("5", "6"))
    assert is_marked(text.replace("5", "6"))
    assert not is_marked("rate = 5\n")
    assert not is_unchanged("rate = 5\n")


def test_written_once_and_never_again(tmp_path):
    write(tmp_path, planned(tmp_path, {"a/b.py": TEXT}))
    path = tmp_path / "a" / "b.py"
    assert path.read_text() == stamped(TEXT)
    assert states(tmp_path, {"a/b.py": TEXT}) == {"a/b.py": ("same", 0)}
    other = {"a/b.py": TEXT.replace("5", "7")}
    assert states(tmp_path, other) == {"a/b.py": ("differs", 4)}
    write(tmp_path, planned(tmp_path, other))
    assert path.read_text() == stamped(TEXT)
    write(tmp_path, planned(tmp_path, other, renew=True))
    assert path.read_text() == stamped(other["a/b.py"])


def test_what_a_person_changed_stays_even_when_others_are_renewed(tmp_path):
    (tmp_path / "b.py").write_text(mine := stamped(TEXT).replace("5", "50"))
    (tmp_path / "c.py").write_text("theirs\n")
    found = planned(
        tmp_path, {"b.py": TEXT, "c.py": TEXT, "tox.ini": TEXT}, renew=True, elsewhere=["tox.ini"]
    )
    assert [one.state for one in found] == ["changed", "foreign", "foreign"]
    assert found[0].differing == 2
    write(tmp_path, found)
    assert (tmp_path / "b.py").read_text() == mine
    assert (tmp_path / "c.py").read_text() == "theirs\n"
    assert not (tmp_path / "tox.ini").exists()


def test_files_of_many_lines_that_are_alike_are_told_apart_at_once(tmp_path):
    """It took minutes: every line was compared with every other."""
    one, other = (
        "".join(f"the {word} line, number {at}\n" for at in range(2000)) for word in ("same", "last")
    )
    (tmp_path / "b.py").write_text(one)
    assert states(tmp_path, {"b.py": other}) == {"b.py": ("foreign", 4000)}


def test_a_line_end_that_is_lacking_is_no_line(tmp_path):
    (tmp_path / "b.py").write_text("rate = 5")
    assert states(tmp_path, {"b.py": "rate = 5\n"}) == {"b.py": ("foreign", 0)}


def test_what_can_not_be_read(tmp_path):
    (tmp_path / "a.py").mkdir()
    with pytest.raises(StoreError, match="it is no file"):
        planned(tmp_path, {"a.py": TEXT})


@pytest.mark.parametrize("link", ["load.py", "benchmarks", "tox.ini"])
def test_nothing_is_written_through_a_link_that_leads_out_of_the_project(tmp_path, link):
    """A checkout with benchmarks -> elsewhere had files written there."""
    root, outside = tmp_path / "project", tmp_path / "outside"
    root.mkdir()
    outside.mkdir()
    (root / link).symlink_to(outside if link == "benchmarks" else outside / "new")
    texts = {"load.py": TEXT, "benchmarks/b.py": TEXT, "tox.ini": TEXT}
    files = planned(root, texts, renew=True)
    write(root, files)
    assert [*outside.iterdir()] == []
    assert [one.state for one in files].count("foreign") == 1
    (root / "inside").mkdir()
    (root / "here").symlink_to("inside")
    assert states(root, {"here/a.py": TEXT})["here/a.py"] == ("new", 0)


THREE = {"a/b/one.py": TEXT, "two.py": TEXT.replace("5", "2"), "c/three.py": TEXT}


def test_all_is_written_or_nothing(tmp_path):
    """A folder's place is taken by a file: what came before it lay there, and nobody said so."""
    write(tmp_path, planned(tmp_path, {"two.py": TEXT}))
    old = (tmp_path / "two.py").read_text()
    (tmp_path / "c").write_text("mine")
    with pytest.raises(StoreError, match=r"three.py: a part of its path is a file; choose another folder$"):
        write(tmp_path, planned(tmp_path, THREE, renew=True))
    assert sorted(path.name for path in tmp_path.iterdir()) == ["c", "two.py"]
    assert (tmp_path / "two.py").read_text() == old
    (tmp_path / "c").unlink()
    (tmp_path / "a").mkdir()
    write(tmp_path, planned(tmp_path, THREE, renew=True))
    assert states(tmp_path, THREE) == dict.fromkeys(THREE, ("same", 0))


def test_what_was_written_and_can_not_be_removed_is_told(tmp_path, monkeypatch):
    """Such as on a disk that fails, or is read-only from then on."""

    def refused(path, missing_ok=False):
        raise OSError(errno.EROFS, "read-only")

    (tmp_path / "c").write_text("mine")
    three = planned(tmp_path, THREE)
    monkeypatch.setattr(Path, "unlink", refused)
    with pytest.raises(StoreError, match=r"what was written is there yet: two.py, a/b/one.py$"):
        write(tmp_path, three)
    assert (tmp_path / "two.py").is_file()


def test_an_interrupt_leaves_nothing_and_what_somebody_wrote_meanwhile_stays(tmp_path, monkeypatch):
    def interrupted(path, text):
        if path.name == "three.py":
            (tmp_path / "two.py").write_text("mine")
            raise KeyboardInterrupt
        files.write_text(path, text)

    monkeypatch.setattr(writing, "write_text", interrupted)
    with pytest.raises(KeyboardInterrupt):
        write(tmp_path, planned(tmp_path, THREE))
    assert [path.name for path in tmp_path.iterdir()] == ["two.py"]
    assert (tmp_path / "two.py").read_text() == "mine"
