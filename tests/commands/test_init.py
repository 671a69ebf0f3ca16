"""`suite init`: what it says and writes; what is in it is tested in tests/scaffold."""

import os
import subprocess

import pytest
from scaffold.strangers import CLASS, project

FILES = [
    ".github/workflows/load.yml",
    "asv.conf.json",
    "benchmarks/__init__.py",
    "benchmarks/shop.py",
    "load_shop.py",
    "tox.ini",
]


@pytest.fixture
def shop(command):
    """A folder called shop with a class in it, which needs nothing to be started."""
    project(command.folder, {**CLASS, "pyproject.toml": '[project]\nname = "shop"\nversion = "1"\n'})
    return command


NAMED = ("--class", "matching.matcher:Matcher")


def written(folder):
    found = (
        path
        for path in folder.rglob("*")
        if path.is_file() and path.suffix in (".yml", ".json", ".py", ".ini")
    )
    return sorted(str(path.relative_to(folder)) for path in found if "matching" not in str(path))


def test_first_and_again_and_changed(shop):
    said = shop("init", *NAMED)
    assert (said.code, said.err) == (0, "")
    assert written(shop.folder) == FILES
    assert said.out.count("written") == 6
    assert "loads  Matcher of matching.matcher: 2 operations (later, match)" in said.out
    assert "not  forget(member): of these no example is known" in said.out
    commands = [line.strip() for line in said.out.splitlines() if line.startswith("  suite")]
    assert commands == ["suite run load_shop.py --quick", "suite costs load_shop.py", "suite doctor"]

    before = {name: (shop.folder / name).read_text() for name in FILES}
    assert shop("init", *NAMED).out.count("as it was") == 6
    mine = before["load_shop.py"].replace("seconds=10", "seconds=20")
    (shop.folder / "load_shop.py").write_text(mine)
    (shop.folder / "tox.ini").write_text("[tox]\n")
    again = shop("init", *NAMED, "--runner", "quiet", "--renew").out
    assert "changed since init wrote it; 2 lines differ from what it would be now" in again
    assert "it is not ours; --dry-run shows what to add to it" in again
    assert (shop.folder / "load_shop.py").read_text() == mine
    assert (shop.folder / "tox.ini").read_text() == "[tox]\n"
    assert "self-hosted" in (shop.folder / ".github/workflows/load.yml").read_text()
    shop("init", *NAMED, "--from", "git+https://host/l@main", "--renew")
    assert (
        '"loadledger[ab] @ git+https://host/l@main"'
        in (shop.folder / ".github/workflows/load.yml").read_text()
    )
    back = shop("init", *NAMED).out
    assert "differ from what it would be now; --renew writes it anew" in back


def test_it_is_told_when_git_would_take_results_for_files_of_the_project(shop):
    said = shop("init", *NAMED)
    assert "results go to" not in said.out, "there is no git"
    subprocess.run(["git", "init", "-q"], cwd=shop.folder, check=True)
    hint = "results go to results/, which git does not ignore; commit what you keep, or add it to .gitignore"
    assert hint in " ".join(shop("init", *NAMED).out.split())
    (shop.folder / ".gitignore").write_text("results/\n")
    assert "results go to" not in shop("init", *NAMED).out
    (shop.folder / ".gitignore").unlink()
    (shop.folder / "results").mkdir(exist_ok=True)
    (shop.folder / "results/kept.json").touch()
    subprocess.run(["git", "add", "results"], cwd=shop.folder, check=True)
    assert "results go to" not in shop("init", *NAMED).out


def test_a_dry_run_shows_and_writes_nothing(shop):
    said = shop("init", *NAMED, "--dry-run", "--template", "memory")
    assert said.code == 0
    assert written(shop.folder) == []
    assert "--- load_shop_memory.py\n" in said.out
    assert "would be written" in said.out


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (("--template", "speed"), "--template is latency, memory or concurrency, not 'speed'"),
        (("--class", "a:B", "--target", "http://x"), "--class and --target name different systems: give one"),
        (
            ("--path", "items", "--target", "http://127.0.0.1:1"),
            "--path items: a path begins with /, like /items",
        ),
        (("--path", "/a", "--class", "a:B"), "--path is for what speaks HTTP, which --class does not"),
        (("--target", "http://x", "--template", "memory"), "of what runs elsewhere no memory is known"),
        (("--command", "x {port}", "--runner", "a b"), "one label of a self-hosted runner"),
    ],
)
def test_what_makes_no_sense_is_told_and_nothing_is_started(shop, words, says):
    said = shop("init", *words)
    assert said.code == 2
    assert says in said.err
    assert written(shop.folder) == []


def test_nobody_who_could_be_asked(shop):
    said = shop("init")
    assert said.code == 2
    assert "no FastAPI, Starlette, Quart, Flask or Django app here" in said.err


def test_what_does_not_start_ends_it_with_4_and_its_last_words(shop):
    said = shop("init", "--command", "{python} -c 'print(\"no database\")' {port}")
    assert said.code == 4
    assert "no database" in said.err
    assert written(shop.folder) == []


def test_a_load_file_from_curl_commands(shop):
    shop.file("requests.sh", "curl http://127.0.0.1:1/items -H 'Authorization: abcdef'\n")
    said = shop("init", "--curl", "requests.sh")
    assert (said.code, said.err) == (0, "")
    assert "1 operation (get_items)" in said.out
    assert 'Secret(os.environ.get("SHOP_AUTHORIZATION", ""))' in (shop.folder / "load_shop.py").read_text()
    assert shop("list", "load_shop.py").code == 0


@pytest.mark.parametrize(
    ("words", "why"),
    [
        (("--curl", "a", "--har", "b"), "--har and --curl describe different requests: give one of them"),
        (("--curl", "a", "--class", "a:B"), "--curl is for what speaks HTTP: --app, --command or --target"),
        (("--har", "a", "--path", "/"), "--har says what is asked: it goes without --path"),
        (("--openapi", "none.json"), "can't read none.json: No such file"),
    ],
)
def test_documents_that_make_no_sense(shop, words, why):
    said = shop("init", *words)
    assert said.code == 2
    assert why in said.err


@pytest.mark.parametrize("option", ["--openapi", "--har", "--curl"])
@pytest.mark.parametrize("kind", ["pipe", "endless"])
def test_what_is_no_file_is_not_read(shop, option, kind):
    if kind == "pipe":
        os.mkfifo(shop.folder / "spec")
    else:
        (shop.folder / "spec").symlink_to("/dev/zero")
    said = shop("init", option, "spec", "--target", "http://127.0.0.1:1")
    assert (said.code, said.err) == (2, "suite: can't read spec: it is no file\n")
    assert shop("init", option, "/dev/zero", "--target", "http://127.0.0.1:1").err.startswith(
        "suite: /dev/zero is larger than 64 MiB"
    )


@pytest.mark.parametrize("kind", ["pipe", "endless"])
def test_a_project_whose_pyproject_is_no_file(command, kind):
    if kind == "pipe":
        os.mkfifo(command.folder / "pyproject.toml")
    else:
        (command.folder / "pyproject.toml").symlink_to("/dev/zero")
    said = command("init", "--target", "http://127.0.0.1:1", "--no-try")
    assert said.code == 2
    assert "pyproject.toml can't be read: can't read" in said.err
    assert "it is no file" in " ".join(command("doctor").out.split())
