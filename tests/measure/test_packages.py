"""Which installed packages a Run records."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace

import pytest

from suite.measure import packages as module
from suite.measure.packages import packages


@pytest.fixture
def site(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A folder of installed packages beside the real ones."""
    folder = tmp_path / "site"
    folder.mkdir()
    monkeypatch.syspath_prepend(str(folder))
    caches = (module._installed, module._modules, module._requires, module._version)
    for each in caches:
        each.cache_clear()
    yield folder
    for each in caches:
        each.cache_clear()


def install(site: Path, name: str, version: str, *requires: str, top: str | None = None) -> None:
    info = site / f"{name}-{version}.dist-info"
    info.mkdir()
    lines = [f"Name: {name}", f"Version: {version}", *(f"Requires-Dist: {each}" for each in requires)]
    (info / "METADATA").write_text("Metadata-Version: 2.1\n" + "\n".join(lines) + "\n")
    (info / "RECORD").write_text(f"{top or name}/__init__.py,,\n{info.name}/METADATA,,\n")


def test_a_framework_that_a_load_file_imports_is_recorded_with_what_it_requires(
    site: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    install(site, "Frame_Work", "1.5", "socket.layer>=1", "Extra-Thing; extra == 'all'", "absent", top="fw")
    install(site, "socket-layer", "2.0", "frame-work")
    install(site, "extra-thing", "3.0")
    install(site, "unrelated", "4.0")
    monkeypatch.setitem(sys.modules, "fw", module)
    found = packages(site)
    assert (found["frame-work"], found["socket-layer"]) == ("1.5", "2.0")
    assert not {"extra-thing", "unrelated", "absent"} & set(found)
    assert list(found) == sorted(found)


@pytest.mark.parametrize(
    ("file", "text"),
    [
        (
            "pyproject.toml",
            '[project]\nname = "shop"\ndependencies = ["Server.Thing[fast] >= 1; python_version > \'3\'"]',
        ),
        ("requirements.txt", "# what we need\n-r other.txt\nserver-thing==1.0  # fast\n"),
    ],
)
def test_a_server_that_only_a_command_starts_is_recorded_if_the_project_asks_for_it(
    site: Path, file: str, text: str
) -> None:
    install(site, "server-thing", "1.0")
    (site / file).write_text(text)
    assert packages(site)["server-thing"] == "1.0"


@pytest.mark.parametrize(
    "text", ["[project", "[project]\nname = 7", "project = 7", "[project]\ndependencies = 7"]
)
def test_a_project_that_can_not_be_read_asks_for_nothing(site: Path, text: str) -> None:
    (site / "pyproject.toml").write_text(text)
    assert {"loadledger", "numpy", "uvloop"} <= set(packages(site))


@pytest.mark.parametrize("file", ["pyproject.toml", "requirements.txt"])
def test_a_pipe_in_the_place_of_a_project_s_file_is_not_waited_for(site: Path, file: str) -> None:
    os.mkfifo(site / file)
    assert {"loadledger", "numpy", "uvloop"} <= set(packages(site))


def test_what_only_we_require_is_left_out(site: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "sys", SimpleNamespace(modules={"suite": module, "typer": module}))
    assert not {"typer", "rich", "alembic"} & set(packages(site))
