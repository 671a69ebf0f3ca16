"""Which files are load files."""

from __future__ import annotations

from glob import glob
from pathlib import Path

import pytest

from suite.config.matching import matching


@pytest.fixture
def tree(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    for folder in ("a/b/c", "loads/x[1]/y", ".hidden/z", "loads/**q"):
        (tmp_path / folder).mkdir(parents=True)
        for name in ("load_1.py", "t.py", ".load_h.py"):
            (tmp_path / folder / name).touch()
            (tmp_path / folder.partition("/")[0] / name).touch()
    return tmp_path


@pytest.mark.parametrize(
    "pattern",
    ["**/load_*.py", "loads/**/*.py", "loads/**", "**", "a/**/c/**/*.py", "lo*/**/load_?.py",
     "loads/**q/*.py", "./**/t.py", "no/**/x.py", "**/x[[]1]/**/*.py", "a/*.py"],
)  # fmt: skip
@pytest.mark.parametrize("absolute", [False, True])
def test_patterns_name_what_they_name_elsewhere(tree, pattern, absolute):
    pattern = f"{tree}/{pattern}" if absolute else pattern
    found = glob(pattern, recursive=True)  # noqa: PTH207
    assert matching([pattern]) == sorted({one for one in found if Path(one).is_file()})


def test_links_that_lead_in_a_circle_have_an_end(tree):
    """Two of them made `suite list` go through 2 ** 40 folders."""
    (tree / "a" / "one").symlink_to(".")
    (tree / "a" / "two").symlink_to(".")
    (tree / "link").symlink_to("a")
    assert matching(["a/**/load_*.py"]) == ["a/b/c/load_1.py", "a/load_1.py"]
    assert matching(["link/**/load_*.py"]) == ["link/b/c/load_1.py", "link/load_1.py"]
