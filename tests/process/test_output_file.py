"""The output of a program: as long as it says, of which the disk keeps the end."""

from suite.process import output_file
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
    assert output.tail(2) == "a line\nthe end"


def test_little_output_stays_as_it_is(tmp_path):
    path = tmp_path / "system.log"
    path.write_text("one\ntwo\n")
    output = OutputFile(path)
    output.trim()
    assert path.read_text() == "one\ntwo\n"
    assert OutputFile(tmp_path / "none").tail(1) == ""
    OutputFile(tmp_path / "none").trim()
