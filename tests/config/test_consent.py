"""A database that a checkout names gets no login before you said that it may."""

from pathlib import Path

import pytest

from suite.config import consent
from suite.config.file import read_configuration
from suite.errors import ConfigurationError

URL = "postgresql://me:secret@team.example/load"


@pytest.fixture(autouse=True)
def home(tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "home"))
    return tmp_path / "home"


def test_a_ledger_that_a_checkout_names_wants_consent_once(command, home):
    command.file("loadledger.toml", f'ledger = "{URL}"\n')
    for words in (["history"], ["show"], ["run", "x"], ["prune", "--keep", "1"]):
        said = command(*words)
        assert said.code == 2
        if words != ["run", "x"]:
            (line,) = said.complaints
            assert line.startswith(
                "suite: loadledger.toml has results kept at postgresql://team.example/load, where your login "
                "would be sent; if that is right, say so once: suite config --agree"
            )
    for _ in range(2):
        assert command("config", "--agree").out == "agreed: postgresql://team.example/load\n"
    assert (home / "loadledger" / "ledgers").read_text() == "postgresql://team.example/load\n"
    assert str(read_configuration(Path("loadledger.toml")).places().ledger) == URL


def test_what_you_name_yourself_needs_none(tmp_path):
    file = tmp_path / "loadledger.toml"
    file.write_text(f'ledger = "{URL}"\n')
    configuration = read_configuration(file)
    assert configuration.places(ledger=URL).ledger == URL
    assert configuration.places(results=Path("mine")).ledger == Path("mine/ledger.db")
    with pytest.raises(ConfigurationError, match="suite config --agree"):
        configuration.places()


@pytest.mark.parametrize("ledger", ["team.db", "sqlite:///team.db", "/var/team.db"])
def test_a_file_needs_none(ledger):
    assert not consent.needed(ledger)


def test_a_password_in_what_follows_a_database_may_be_another(command, home):
    """It is not kept with what was agreed to, so that another one needs no new consent."""
    command.file("loadledger.toml", f'ledger = "{URL}?password=a&sslmode=require"')
    assert command("config", "--agree").code == 0
    assert not consent.needed(f"{URL}?password=b&sslmode=require")
    assert consent.needed(f"{URL}?password=b&sslmode=disable")


def test_another_database_is_asked_for_anew(home):
    consent.agree(URL)
    assert not consent.needed(URL)
    assert consent.needed(URL.replace("team", "other"))
    (home / "loadledger" / "ledgers").unlink()
    assert consent.needed(URL)


@pytest.mark.parametrize(
    ("agreed", "named", "key"),
    [
        ("postgresql://db.example/team", "postgresql://u:@127.0.0.1:9?@db.example/team", "ledger"),
        ("postgresql://db.example/team", "postgresql://u:p@127.0.0.1?a=@db.example/team", "ledger"),
        (
            'postgresql://db.example/team?password=\\"x\\"',
            'postgresql://db.example/team?password=\\"x&host=127.0.0.1&application_name=\\"',
            "ledger",
        ),
        (
            "postgresql://db.example/team?authorization=x",
            "postgresql://db.example/team?authorization=a=x&host=127.0.0.1",
            "ledger",
        ),
        ("https://hooks.example/T/B", "https://127.0.0.1:9?a=@hooks.example/T/B", "notify"),
        ("https://hooks.example/T/B", "https://127.0.0.1:9#@hooks.example/T/B", "notify"),
        ("https://hooks.example/T/B", "https://me:hunter2@hooks.example/T/B", "notify"),
        ("https://hooks.example/T/B", "https://127.0.0.1\\\\@hooks.example/T/B", "notify"),
    ],
)
def test_what_only_looks_like_what_was_agreed_to_is_refused(command, home, agreed, named, key):
    """A database, or an address, of somebody else was taken for the one that was agreed to."""
    command.file("loadledger.toml", f'{key} = "{agreed}"')
    assert command("config", "--agree").code == 0
    command.file("loadledger.toml", f'{key} = "{named}"')
    for words in (["config", "--agree"], ["show" if key == "ledger" else "run", "x/y"]):
        said = command(*words)
        assert said.code == 2
        if words[0] != "run":
            assert "may mean another place by it" in said.err
        assert "hunter2" not in said.err


def test_a_ledger_that_is_a_link_elsewhere_is_yours_only_where_you_name_it(command):
    """`suite prune` in a checkout with such a link removed what another project had measured."""
    (command.folder / "results").mkdir()
    (command.folder / "results/ledger.db").symlink_to(command.folder / "another.db")
    said = command("prune", "--keep", "1")
    assert said.code == 2
    assert (
        "it is a link that leads out of its folder; remove it, or name it with --ledger if it is yours"
        in said.err
    )
    assert not (command.folder / "another.db").exists()
    assert "there is no ledger" in command("show", "--ledger", "results/ledger.db").err
