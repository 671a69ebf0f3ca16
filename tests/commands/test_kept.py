"""Where what commands measure is kept."""

import pytest

from suite.commands.kept import kept
from suite.commands.option_groups import Where
from suite.config.file import Configuration


@pytest.mark.parametrize(("kind", "folder"), [("run", "runs"), ("costs", "costs"), ("recovery", "recovery")])
def test_each_kind_has_a_folder_and_all_have_one_ledger(tmp_path, kind, folder):
    with kept(kind, None, Where(results=tmp_path), Configuration()) as out:
        assert out.folder == tmp_path / folder
        assert out.ledger.place == str(tmp_path / "ledger.db")
