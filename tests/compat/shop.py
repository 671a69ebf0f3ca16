"""The small project that the data are of, in a folder of a test's own: its commits, its ledger, its files."""

import contextlib
import io
import json
import shutil
import subprocess
from typing import NamedTuple

import pytest
from compat.reading import DATA

from suite.cli import main

_OTHERS = ("LOADLEDGER_LEDGER", "GITHUB_ACTIONS", "GITHUB_STEP_SUMMARY")


class Said(NamedTuple):
    """How a command ended and what it said."""

    code: int
    out: str
    err: str


class Shop:
    """`shop("show")` is `suite show` in the folder."""

    def __init__(self, folder):
        self.folder = folder
        self._git("clone", "-q", "--template=", "-b", "main", DATA / "shop.bundle", folder)
        self._git("-C", folder, "branch", "-q", "slow", "origin/slow")
        (folder / "results").mkdir()
        shutil.copy(DATA / "ledger.db", folder / "results")

    def __call__(self, *words):
        out, err = io.StringIO(), io.StringIO()
        with contextlib.ExitStack() as stack:
            patch = stack.enter_context(pytest.MonkeyPatch.context())
            patch.setenv("COLUMNS", "120")
            for name in _OTHERS:
                patch.delenv(name, raising=False)
            stack.enter_context(contextlib.chdir(self.folder))
            stack.enter_context(contextlib.redirect_stdout(out))
            stack.enter_context(contextlib.redirect_stderr(err))
            end = stack.enter_context(pytest.raises(SystemExit))
            main([str(word) for word in words])
        assert "Traceback" not in err.getvalue(), err.getvalue()
        assert isinstance(end.value.code, int)
        return Said(end.value.code, out.getvalue(), err.getvalue())

    def document(self, *words):
        """The document that `words --json` writes, with what the command said."""
        path = self.folder / "said.json"
        path.unlink(missing_ok=True)
        said = self(*words, "--json", path)
        assert path.exists(), said.err
        return json.loads(path.read_text()), said

    def exported(self, *words):
        """The Runs of a ledger as one document."""
        said = self("export", "-", *words)
        assert (said.code, said.err) == (0, "")
        return json.loads(said.out)

    @staticmethod
    def _git(*words):
        subprocess.run(["git", *map(str, words)], check=True, capture_output=True)
