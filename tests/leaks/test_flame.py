"""The flame graph: there, of the right recording, and readable without a network."""

import re
import subprocess
import sys
from pathlib import Path

import pytest
from support.traced import traced

from suite.errors import StoreError
from suite.leaks.flame import save_flame_graph


def test_the_page_names_the_leak_and_loads_nothing(tmp_path):
    found = traced(tmp_path, "traced_slots", "1")
    (recording,) = found.recordings.values()
    target = tmp_path / "kept" / "flame.html"
    save_flame_graph(recording, target)
    page = target.read_text()
    assert re.search(r"\bfill\b", page)
    assert "traced_slots.py" in page
    loaded = re.findall(r"<(?:script|link|img|iframe)\b[^>]*?\b(?:src|href)\s*=\s*[\"']?([^\"'> ]*)", page)
    assert not [address for address in loaded if re.match(r"(?:https?:)?//", address)]
    assert [path.name for path in target.parent.iterdir()] == ["flame.html"]


def test_the_page_has_no_secret_of_the_command_line(tmp_path):
    """It had all arguments as they were, and is copied into the site."""
    recording, target = tmp_path / "memray.17", tmp_path / "flame.html"
    (tmp_path / "app.py").write_text(
        "import memray\n"
        f"with memray.Tracker({str(recording)!r}):\n    held = [bytearray(99_999) for _ in range(9)]\n"
    )
    given = ["--api-key", "hunter2hunter2", "--db", "postgres://me:hunter3@db/x", "--tag", "<qq>"]
    subprocess.run([sys.executable, "app.py", *given], cwd=tmp_path, check=True)
    save_flame_graph(recording, target)
    page = target.read_text()
    assert "Command line: <code>app.py --api-key &#x27;***&#x27; --db postgres://***@db/x --tag" in page
    assert not [word for word in ("hunter2", "hunter3", "<qq>") if word in page]


def test_a_page_of_another_form_is_none(tmp_path, monkeypatch):
    def writes(command, **others):
        Path(command[command.index("--output") + 1]).write_text("<p>app.py --api-key hunter2</p>")
        return subprocess.CompletedProcess(command, 0, "", "")

    monkeypatch.setattr(subprocess, "run", writes)
    with pytest.raises(StoreError, match="this memray shows arguments elsewhere"):
        save_flame_graph(tmp_path / "memray.1", tmp_path / "flame.html")
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("content", [None, b"", b"no recording" * 100])
def test_what_is_no_recording_is_one_clear_line(tmp_path, content):
    recording = tmp_path / "memray.17"
    if content is not None:
        recording.write_bytes(content)
    target = tmp_path / "flame.html"
    with pytest.raises(StoreError, match=r"^no flame graph of memray\.17: .") as caught:
        save_flame_graph(recording, target)
    assert "\n" not in str(caught.value)
    assert "Traceback" not in str(caught.value)
    assert not target.exists()


def test_a_target_that_can_not_be_written_is_said(tmp_path):
    (tmp_path / "file").touch()
    with pytest.raises(StoreError, match="no flame graph at"):
        save_flame_graph(tmp_path / "memray.1", tmp_path / "file" / "flame.html")


def test_patience_ends(tmp_path, monkeypatch):
    def late(command, **others):
        raise subprocess.TimeoutExpired(command, others["timeout"])

    monkeypatch.setattr(subprocess, "run", late)
    with pytest.raises(StoreError, match="not done after 120 s"):
        save_flame_graph(tmp_path / "memray.1", tmp_path / "flame.html")
