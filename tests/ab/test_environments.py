"""Which commits share the running environment, where their packages lie, environments that are kept."""

import fcntl
import os
import shutil
import sys
from importlib.metadata import Distribution
from pathlib import Path

import pytest
from support.repositories import PROJECT

from suite.ab.build import Builder
from suite.ab.cache import KEPT, cached, digest
from suite.ab.checkout import Checkout
from suite.ab.environments import choose, project_in
from suite.ab.experiment import prepared
from suite.ab.manifest import read_manifest
from suite.ab.repository import Commit
from suite.ab.roots import import_roots, installed
from suite.errors import ConfigurationError, MissingExtra, StoreError

OURS = PROJECT.format(name="loadledger", version="1")


@pytest.fixture
def checkouts(tmp_path):
    folders = {"base": tmp_path / "base", "head": tmp_path / "head"}
    for folder in folders.values():
        (folder / "suite").mkdir(parents=True)
        (folder / "pyproject.toml").write_text(OURS)
    return folders


def chosen(checkouts, wanted="auto", python=None):
    return choose(wanted, checkouts, Path(), Path("/nowhere"), python)


def change(checkouts, name, text):
    (checkouts["head"] / name).write_text(text)


def test_commits_that_agree_share_the_running_environment(checkouts):
    change(checkouts, "pyproject.toml", OURS.replace('"1"', '"2"') + 'description = "other"\n')
    found = chosen(checkouts)
    assert found.shared
    assert found.brings_suite
    assert found.roots == {name: (folder,) for name, folder in checkouts.items()}
    assert str(found) == (
        "one environment for both: the commits agree in dependencies; each brings its own Loadledger"
    )


@pytest.mark.parametrize(
    ("name", "text", "why"),
    [
        ("pyproject.toml", OURS + 'dependencies = ["six"]\n', "project.dependencies differs"),
        ("pyproject.toml", OURS + 'scripts = {x = "a:b"}\n', "project.scripts differs"),
        ("pyproject.toml", "what?", "build-system, project.name differ"),
        ("requirements.txt", "six", "requirements.txt differs"),
        ("setup.py", "setup()", "setup.py differs"),
        ("suite/fast.pyx", "", "suite/fast.pyx is compiled"),
        (
            "pyproject.toml",
            OURS + '[tool.setuptools_scm]\nversion_file = "x"\n',
            "building writes its version",
        ),
        ("pyproject.toml", PROJECT.format(name="unheard-of", version="1"), "project.name differs"),
    ],
)
def test_commits_that_do_not_have_environments_of_their_own(checkouts, name, text, why):
    change(checkouts, name, text)
    found = chosen(checkouts)
    assert not found.shared
    assert found.why.startswith(why)
    assert chosen(checkouts, "same").shared
    assert why in chosen(checkouts, "same").why


def test_a_project_that_is_not_installed_here_is_installed(checkouts):
    for folder in checkouts.values():
        (folder / "pyproject.toml").write_text(PROJECT.format(name="unheard-of", version="1"))
    assert chosen(checkouts).why == "unheard-of is not installed here"


def test_packages_that_are_elsewhere_would_be_those_that_are_installed(checkouts):
    (checkouts["base"] / "suite").rename(checkouts["base"] / "code")
    assert "not where they are expected" in chosen(checkouts).why


def test_asking_decides(checkouts):
    assert not chosen(checkouts, "own").shared
    assert not chosen(checkouts, python="python3").shared


def test_where_nothing_can_be_installed_nothing_is(tmp_path):
    for name in ("base", "head"):
        (tmp_path / name / "src").mkdir(parents=True)
        (tmp_path / name / "pyproject.toml").write_text("[tool.ruff]\n")
    checkouts = {name: tmp_path / name for name in ("base", "head")}
    found = chosen(checkouts)
    assert found.shared
    assert not found.brings_suite
    assert found.roots["base"] == (tmp_path / "base", tmp_path / "base" / "src")
    with pytest.raises(ConfigurationError, match="nothing can be installed"):
        chosen(checkouts, "own")


def test_roots_are_where_the_packages_lie_in_each_checkout(tmp_path):
    here = installed("loadledger")
    (tmp_path / "backend" / "src" / "suite").mkdir(parents=True)
    roots = import_roots(here, Path("/nowhere"), Path("backend"), tmp_path)
    assert roots == [tmp_path / "backend" / "src"]
    assert import_roots(here, Path("/nowhere"), Path("frontend"), tmp_path) is None


def test_folders_that_an_editable_install_put_on_the_path_are_roots(tmp_path):
    work_tree, checkout, record = tmp_path / "work", tmp_path / "checkout", tmp_path / "shop-1.dist-info"
    record.mkdir()
    (tmp_path / "shop.pth").write_text(f"{work_tree}/code\n/elsewhere\nimport x\n")
    (record / "METADATA").write_text("Name: shop\nVersion: 1\n")
    (record / "RECORD").write_text("shop.pth,,\nshop-1.dist-info/METADATA,,\n")
    shop = Distribution.at(record)
    assert import_roots(shop, work_tree, Path(), checkout) is None
    (checkout / "code").mkdir(parents=True)
    assert import_roots(shop, work_tree, Path(), checkout) == [checkout / "code"]


def test_modules_of_an_install_without_a_list_of_its_tops_are_found(tmp_path):
    record = tmp_path / "shop-1.dist-info"
    record.mkdir()
    (record / "METADATA").write_text("Name: shop\nVersion: 1\n")
    (record / "RECORD").write_text("shop/__init__.py,,\ntill.py,,\nshop-1.dist-info/METADATA,,\n")
    (tmp_path / "shop").mkdir()
    for there in ("shop/__init__.py", "till.py"):  # from Python 3.12 on a file that is not there is not told
        (tmp_path / there).touch()
    checkout = tmp_path / "checkout"
    (checkout / "src" / "shop").mkdir(parents=True)
    assert import_roots(Distribution.at(record), tmp_path / "work", Path(), checkout) is None
    (checkout / "till.py").touch()
    found = import_roots(Distribution.at(record), tmp_path / "work", Path(), checkout)
    assert set(found) == {checkout, checkout / "src"}


def test_the_project_is_the_nearest_folder_that_says_so(tmp_path):
    (tmp_path / "backend" / "loads").mkdir(parents=True)
    assert project_in(tmp_path / "backend" / "loads", tmp_path) == Path()
    (tmp_path / "backend" / "setup.py").touch()
    assert project_in(tmp_path / "backend" / "loads", tmp_path) == Path("backend")
    assert project_in(tmp_path, tmp_path) == Path()


def test_a_project_without_a_name_is_called_like_its_folder(tmp_path):
    (tmp_path / "setup.py").touch()
    assert read_manifest(tmp_path).name == tmp_path.name
    assert not read_manifest(tmp_path / "nothing").installable


def test_a_side_never_looks_into_the_work_tree(tmp_path, monkeypatch):
    work_tree, other = tmp_path / "work", tmp_path / "other"
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join(map(str, (work_tree / "src", other))))
    side = Checkout("base", Commit("0" * 40, "One"), tmp_path, Path("/env/bin/python"), (tmp_path / "a",))
    variables = side.variables(work_tree)
    assert variables["PYTHONPATH"] == os.pathsep.join(map(str, (tmp_path / "a", other)))
    assert variables["PATH"].split(os.pathsep)[0] == "/env/bin"


def test_an_environment_is_built_once(tmp_path):
    built = []

    def build(place):
        built.append(place)
        place.mkdir()
        return "a note"

    for _ in range(2):
        with cached(tmp_path, "key", build) as (place, note):
            assert (place, note) == (tmp_path / "key", "a note")
    assert built == [tmp_path / "key"]
    assert (tmp_path / ".gitignore").read_text() == "*\n"


@pytest.mark.parametrize("name", [".gitignore", "key"])
def test_a_link_out_of_where_they_are_kept_is_left_as_it_is(tmp_path, name):
    """A .gitignore elsewhere was written over, and became one that ignores all."""
    kept, outside = tmp_path / "envs", tmp_path / "outside"
    kept.mkdir()
    outside.write_text("precious")
    (kept / name).symlink_to(outside)
    with (
        pytest.raises(StoreError, match="it is a link that leads out of its folder"),
        cached(kept, "key", lambda _: pytest.fail("it is built")),
    ):
        pass
    assert outside.read_text() == "precious"


def test_environments_are_not_kept_where_a_link_leads(tmp_path):
    (tmp_path / "ab").mkdir()
    (tmp_path / "ab" / "envs").symlink_to("../outside")
    with (
        pytest.raises(StoreError, match="it is a link that leads out of its folder"),
        prepared(None, None, {}, tmp_path / "ab" / "envs", None),
    ):
        pass


def test_one_that_was_not_finished_is_built_again(tmp_path):
    def broken(place):
        place.mkdir()
        raise ConfigurationError("no")

    with pytest.raises(ConfigurationError), cached(tmp_path, "key", broken):
        pass
    assert not (tmp_path / "key").exists()
    (tmp_path / "key").mkdir()
    (tmp_path / "key" / "half").touch()
    with cached(tmp_path, "key", made) as (place, _):
        assert not (place / "half").exists()


def made(place):
    place.mkdir()
    return ""


def test_few_are_kept_and_none_that_is_in_use_goes(tmp_path):
    with cached(tmp_path, "used", made):
        os.utime(tmp_path / "used" / "loadledger.txt", (1, 1))
        for index in range(KEPT + 2):
            with cached(tmp_path, f"e{index}", made) as (place, _):
                pass
            os.utime(place / "loadledger.txt", (index + 2, index + 2))
        assert (tmp_path / "used").exists()
    with cached(tmp_path, "last", made):
        pass
    left = {path.name for path in tmp_path.iterdir() if path.is_dir()}
    assert len(left) == KEPT
    assert not {"used", "e0", "e1"} & left


def test_one_whose_building_was_killed_goes_with_the_next_and_one_that_is_being_built_stays(tmp_path):
    for name in ("killed", "building"):
        (tmp_path / name).mkdir()
        (tmp_path / f"{name}.lock").touch()
    theirs = tmp_path / "theirs"
    theirs.mkdir()  # without a lock it is none of ours
    with (tmp_path / "building.lock").open() as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        with cached(tmp_path, "key", made):
            pass
    assert {path.name for path in tmp_path.iterdir() if path.is_dir()} == {"building", "key", "theirs"}


def test_one_whose_removal_was_killed_is_built_again(tmp_path, monkeypatch):
    for index in range(KEPT + 1):
        with monkeypatch.context() as patched:
            patched.setattr(shutil, "rmtree", lambda *_, **__: None)  # as if killed when it began
            with cached(tmp_path, f"e{index}", made) as (place, _):
                pass
            os.utime(place / "loadledger.txt", (index + 2, index + 2))
    (oldest,) = (
        path for path in tmp_path.iterdir() if path.is_dir() and not (path / "loadledger.txt").exists()
    )
    (oldest / "half").touch()
    with cached(tmp_path, oldest.name, made) as (place, _):
        assert not (place / "half").exists()


def test_the_lock_of_an_environment_leads_nowhere_else(tmp_path):
    kept, theirs = tmp_path / "kept", tmp_path / "theirs"
    kept.mkdir()
    for name in ("key", "other"):
        (kept / f"{name}.lock").symlink_to(theirs)
    (kept / "other").mkdir()
    with pytest.raises(StoreError), cached(kept, "key", made):
        pass
    with cached(kept, "third", made):
        pass
    assert not theirs.exists()


def test_others_may_use_an_environment_at_the_same_time(tmp_path):
    with (
        cached(tmp_path, "key", made) as (one, _),
        cached(tmp_path, "key", lambda place: "never called") as (other, _),
    ):
        assert one == other
        descriptor = os.open(tmp_path / "key.lock", os.O_RDWR)
        with pytest.raises(BlockingIOError):
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        os.close(descriptor)


def test_the_digest_is_of_names_and_contents(tmp_path):
    seen = {digest(tmp_path)}
    (tmp_path / "a").write_text("1")
    seen.add(digest(tmp_path))
    (tmp_path / "a").write_text("2")
    seen.add(digest(tmp_path))
    (tmp_path / "a").rename(tmp_path / "b")
    seen.add(digest(tmp_path))
    (tmp_path / "__pycache__").mkdir()
    (tmp_path / "__pycache__" / "b.pyc").touch()
    (tmp_path / ".git").write_text("gitdir: elsewhere")
    assert digest(tmp_path) in seen
    assert len(seen) == 4


def test_without_virtualenv_it_is_said_how_to_get_it(tmp_path, monkeypatch):
    monkeypatch.setattr("suite.errors.find_spec", lambda _name: None)
    with pytest.raises(MissingExtra) as caught:
        Builder(sys.executable, "", tmp_path).build(tmp_path / "env", tmp_path, "base", brings_suite=True)
    assert str(caught.value) == "virtualenv is not installed; run: pip install 'loadledger[ab]'"
