"""The flame graph: there, of the right recording, and readable without a network."""

import re
import subprocess

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
