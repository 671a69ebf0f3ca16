"""Databases of households: small ones anew, large ones once."""

import os
import tempfile

import pytest

from suite.reference.vision import enrolled as module
from suite.reference.vision.enrolled import enrolled
from suite.reference.vision.members import count, load


@pytest.fixture
def cache(tmp_path, monkeypatch):
    """Fifty embeddings are many here."""
    monkeypatch.setattr(module, "_LARGE", 50)
    monkeypatch.setattr(module, "_BLOCK", 16)
    folder = tmp_path / "cache"
    monkeypatch.setenv("LOADLEDGER_CACHE", str(folder))
    return folder


def counted(*household):
    with enrolled(*household) as engine:
        return count(engine)


def test_a_small_one_leaves_nothing_behind(tmp_path, monkeypatch):
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    assert counted(3, 2, 8, 1) == 6
    assert os.listdir(tmp_path) == []


def test_a_large_one_is_made_once_and_has_the_rows_of_a_small_one(cache, monkeypatch):
    with enrolled(23, 3, 8, 1) as engine:
        owners, rows = load(engine)
    with enrolled(5, 3, 8, 1) as engine:
        assert load(engine)[0] == owners[:15]
        assert (load(engine)[1] == rows[:15]).all()
    (file,) = cache.iterdir()
    monkeypatch.setattr(module, "_fill", None)
    assert counted(23, 3, 8, 1) == 69
    assert [file] == list(cache.iterdir())


@pytest.mark.parametrize("damaged", [b"", b"no database at all" * 1_000])
def test_a_damaged_one_is_made_anew(cache, damaged):
    counted(60, 1, 8, 1)
    (file,) = cache.iterdir()
    file.write_bytes(damaged)
    assert counted(60, 1, 8, 1) == 60
    assert [file] == list(cache.iterdir())


def test_where_it_can_not_be_kept_another_folder_is_asked_for(cache):
    cache.write_text("a file")
    with pytest.raises(OSError, match="LOADLEDGER_CACHE names another"):
        counted(60, 1, 8, 1)


def test_without_a_folder_named_it_is_the_users_for_caches(cache, tmp_path, monkeypatch):
    monkeypatch.delenv("LOADLEDGER_CACHE")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "xdg"))
    counted(60, 1, 8, 1)
    assert [one.name for one in (tmp_path / "xdg" / "loadledger").iterdir()] == ["household-1-60x1x8-1.db"]


def test_what_was_cut_off_is_made_over_and_leaves_nothing(cache):
    cache.mkdir()
    (cache / "household-1-60x1x8-1.draft").write_bytes(b"half of it")
    assert counted(60, 1, 8, 1) == 60
    assert [one.name for one in cache.iterdir()] == ["household-1-60x1x8-1.db"]
