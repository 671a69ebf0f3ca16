"""The output of a program: as long as it says, of which the disk keeps the end."""

import os
import sys

from suite.process import output_file
from suite.process.child import start_command
from suite.process.output_file import OutputFile


def test_a_system_that_prints_without_end_does_not_fill_the_disk(tmp_path, monkeypatch):
    monkeypatch.setattr(output_file, "MOST", 1 << 20)
    monkeypatch.setattr(output_file, "_KEPT", 1 << 16)
    path = tmp_path / "system.log"
    output = OutputFile(path)
    with path.open("ab") as file:
        for _ in range(4):
            file.write(b"a line\n" * (1 << 18))
            file.flush()
            output.trim()
            assert path.stat().st_blocks * 512 < 1 << 20
        file.write(b"the end\n")
    assert path.stat().st_size == 4 * (7 << 18) + 8
    assert output.end().endswith("\na line\nthe end\n")


def test_little_output_stays_as_it_is(tmp_path):
    path = tmp_path / "system.log"
    path.write_text("one\ntwo\n")
    output = OutputFile(path)
    output.trim()
    assert path.read_text() == "one\ntwo\n"
    assert OutputFile(tmp_path / "none").end() == ""
    OutputFile(tmp_path / "none").trim()


def test_what_a_program_put_in_the_place_of_its_output_is_not_waited_for_nor_changed(tmp_path, monkeypatch):
    """Of one that made a pipe of it and died `suite run` waited for ever; through a link holes came into
    whatever it led to.
    """
    monkeypatch.setattr(output_file, "MOST", 1 << 16)
    monkeypatch.setattr(output_file, "_KEPT", 1 << 10)
    os.mkfifo(tmp_path / "pipe")
    precious = tmp_path / "precious"
    precious.write_bytes(b"x" * (1 << 20))
    (tmp_path / "link").symlink_to(precious)
    for name in ("pipe", "link"):
        output = OutputFile(tmp_path / name)
        output.trim()
        assert output.end() == ""
    assert precious.read_bytes() == b"x" * (1 << 20)


def test_a_secret_that_is_cut_by_how_much_is_shown_stays_out(tmp_path):
    """The last lines of a secret of many were shown: only all of it is known as one."""
    secret = "\n".join(f"line {number} of it" for number in range(40))
    child = start_command(
        [sys.executable, "-c", "import os; print(os.environ['OUR_SECRET']); print('over')"],
        log=tmp_path / "log", env={"OUR_SECRET": secret},
    )  # fmt: skip
    assert child.wait(30)
    assert child.tail() == "***\nover"
