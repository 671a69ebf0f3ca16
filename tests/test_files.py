"""A file is written whole or not at all."""

from __future__ import annotations

import contextlib
import errno
import os
import threading
from pathlib import Path

import pytest

from suite.errors import StoreError
from suite.files import check_writable, copy_folder, read_json, write_text


def test_a_full_device_is_reported() -> None:
    with pytest.raises(StoreError, match=r"^can't write /dev/full: the disk is full; free some space$"):
        write_text(Path("/dev/full"), "x")
    assert Path("/dev/full").is_char_device()


@pytest.mark.parametrize(
    ("number", "reason"),
    [
        (errno.ENOSPC, "the disk is full; free some space"),
        (errno.EACCES, r"\[Errno 13\] Permission denied.*"),
    ],
)
def test_a_folder_that_can_not_be_copied_whole_is_one_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, number: int, reason: str
) -> None:
    """The number of what shutil gathered was read out of its text."""
    (tmp_path / "a").mkdir()
    (tmp_path / "a" / "x").touch()

    def fail(source: str, target: str, **_: object) -> None:
        raise OSError(number, os.strerror(number), target)

    monkeypatch.setattr("shutil.copyfile", fail)
    with pytest.raises(StoreError, match=f"can't copy .*/a/x: {reason}$"):
        copy_folder(tmp_path / "a", tmp_path / "b")


def test_a_folder_is_copied_with_its_links_and_modes_and_without_what_is_no_file(tmp_path: Path) -> None:
    source, target = tmp_path / "a", tmp_path / "b"
    (source / "in" / "deep").mkdir(parents=True)
    (source / "in" / "deep" / "x").write_text("x")
    (source / "in" / "x.pyc").touch()
    (source / "in" / "gone").symlink_to("nowhere")
    (source / "in" / "above").symlink_to("..")
    os.mkfifo(source / "pipe")
    (source / "in").chmod(0o555)
    copy_folder(source, target, "*.pyc")
    found = sorted(str(path.relative_to(target)) for path in target.rglob("*"))
    assert found == ["in", "in/above", "in/deep", "in/deep/x", "in/gone"]
    assert (target / "in" / "deep" / "x").read_text() == "x"
    assert os.readlink(target / "in" / "above") == ".."
    assert (target / "in").stat().st_mode & 0o777 == 0o555


@pytest.mark.parametrize(
    ("there", "said"),
    [
        ("folder", r"can't write .*/b/x: a part of its path is a file; choose another folder$"),
        ("link", r"can't copy .*/a/x: \[Errno 17\] File exists"),
    ],
)
def test_what_a_copy_meets_is_named(tmp_path: Path, there: str, said: str) -> None:
    """Of a folder and of a link no function of ours was asked, and there was a text alone."""
    source, target = tmp_path / "a", tmp_path / "b"
    source.mkdir()
    target.mkdir()
    if there == "folder":
        (source / "x").mkdir()
    else:
        (source / "x").symlink_to("y")
    (target / "x").touch()
    with pytest.raises(StoreError, match=said):
        copy_folder(source, target)


def test_a_device_is_written_and_stays() -> None:
    write_text(Path("/dev/null"), "x")
    assert Path("/dev/null").is_char_device()


@pytest.mark.parametrize(
    ("number", "reason"),
    [
        (errno.EFBIG, "ulimit -f unlimited"),
        (errno.ENOSPC, "disk is full"),
        (errno.EROFS, "read-only"),
        (errno.EACCES, "no permission"),
    ],
)
def test_a_failure_keeps_the_old_content(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, number: int, reason: str
) -> None:
    path = tmp_path / "x.json"
    path.write_text("old")

    def fail(_descriptor: int) -> None:
        raise OSError(number, os.strerror(number))

    monkeypatch.setattr("suite.files.os.fsync", fail)
    with pytest.raises(StoreError, match=reason):
        write_text(path, "new")
    assert path.read_text() == "old"
    assert [item.name for item in tmp_path.iterdir()] == ["x.json"]


def test_a_folder_that_is_a_file_and_a_file_that_is_a_folder(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(StoreError, match="a part of its path is a file"):
        write_text(tmp_path / "file" / "x.json", "")
    with pytest.raises(StoreError, match="it is a folder; give the name of a file"):
        write_text(tmp_path, "")


def test_a_pipe_that_a_shell_names_is_written_to(tmp_path: Path) -> None:
    """`--json >(jq …)` and `--json /dev/stdout | jq` were refused: what a link in /proc says is no path."""
    reader, writer = os.pipe()
    path = Path(f"/dev/fd/{writer}")
    check_writable(path)
    write_text(path, "x")
    os.close(writer)
    with os.fdopen(reader) as file:
        assert file.read() == "x"


def test_who_reads_a_pipe_gets_all_of_it_and_one_that_nobody_reads_is_no_wait(tmp_path: Path) -> None:
    """It was opened to see whether it can be, and closed: its reader was gone when there was a result, for
    which another one was waited for without end.
    """
    path, read = tmp_path / "pipe", list[str]()
    os.mkfifo(path)
    check_writable(path)
    with pytest.raises(StoreError, match="nobody reads from it; start who does first"):
        write_text(path, "x")
    thread = threading.Thread(target=lambda: read.append(path.read_text()))
    thread.start()
    while not read:
        check_writable(path)
        with contextlib.suppress(StoreError):  # it has not opened it yet
            write_text(path, "x" * 100_000)
            thread.join()
    assert read == ["x" * 100_000]


def test_a_link_stays_a_link(tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to(tmp_path / "real")
    write_text(tmp_path / "link", "x")
    assert (tmp_path / "link").is_symlink()
    assert (tmp_path / "real").read_text() == "x"


def test_a_document_larger_than_memory_is_not_read(tmp_path: Path) -> None:
    """A file of nothing but zeros takes no room on a disk."""
    path = tmp_path / "x.json"
    with path.open("wb") as file:
        file.truncate(1 << 40)
    with pytest.raises(StoreError, match=r"x.json is larger than 256 MiB, which no result is$"):
        read_json(path)
    with pytest.raises(StoreError, match=r"/dev/zero is larger than 256 MiB"):
        read_json(Path("/dev/zero"))
    path.write_text('{"a": 1}')
    assert read_json(path) == {"a": 1}


@pytest.mark.parametrize("private", [False, True])
def test_a_text_with_bytes_of_a_path_that_are_none_is_written(tmp_path: Path, private: bool) -> None:
    write_text(tmp_path / "x", os.fsdecode(b"caf\xe9"), private=private)
    assert (tmp_path / "x").read_text(encoding="utf-8") == "caf\\udce9"
