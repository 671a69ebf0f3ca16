"""A file that crashes its reader is one that can't be read; the others are."""

from pathlib import Path

import pytest

from suite.process.reading import read_apart


@pytest.fixture
def reading(tmp_path, monkeypatch):
    """What is read of files of these contents."""
    monkeypatch.setenv("PYTHONPATH", str(Path(__file__).parents[1]))

    def read(*contents, words=()):
        files = [tmp_path / str(number) for number in range(len(contents))]
        for path, content in zip(files, contents, strict=True):
            if content is not None:
                path.write_text(content)
        return read_apart("support.odd_reader", files, *words)

    return read


def test_each_file_has_what_was_read_of_it_or_why_it_was_not(reading):
    found = reading("", "crash", "", "odd", "exit", None, "kill", "large", words=[1, "a"])
    assert found[0] == {"read": "0", "words": [1, "a"]}
    assert found[1] == "it is damaged: its reader died of SIGSEGV"
    assert found[2] == {"read": "2", "words": [1, "a"]}
    assert found[3] == "it is damaged: KeyError: 0"
    assert found[4] == "its reader ended with status 5"
    assert "No such file" in found[5]
    assert found[6] == "its reader was killed (SIGKILL), as where memory runs out"
    assert found[7].startswith("it is damaged: MemoryError")


def test_a_file_that_is_never_done_is_not_waited_for(reading, monkeypatch):
    monkeypatch.setattr("suite.process.reading._DEADLINE", 0.2)
    assert reading("hang") == ["it was not read after 0 s"]


def test_nothing_is_started_for_no_file(reading, monkeypatch):
    monkeypatch.setattr("subprocess.run", None)
    assert reading() == []
