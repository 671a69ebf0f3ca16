"""Why a side of a comparison fails, as far as its files tell."""

from suite.ab.sample import _not_there

MODULES = '[submodule "lib"]\n\tpath = vendor/lib\n\turl = x\n[submodule "own"]\n\tpath = own\n'


def test_submodules_that_are_not_checked_out_are_named(tmp_path):
    assert _not_there(tmp_path) == ""
    (tmp_path / ".gitmodules").write_text(MODULES)
    for name in ("vendor/lib", "own"):
        (tmp_path / name).mkdir(parents=True)
    (tmp_path / "own" / "file").touch()
    assert _not_there(tmp_path) == (
        "\nnot checked out: submodule vendor/lib; bring it: git submodule update --init"
    )
