"""The backend's schema, and databases that can't be used: each a clear line."""

import socket

import psycopg
import pytest
from sqlalchemy import create_engine, inspect, text

from suite.process.port import claim_port
from suite.reference.api.database_url import async_url, place
from suite.reference.api.models import ApiTable
from suite.reference.api.schema import SchemaError, check, migrate
from suite.services import postgres


@pytest.fixture(scope="module")
def server():
    with postgres() as server:
        yield server.url


@pytest.fixture
def url(tmp_path):
    return f"sqlite:///{tmp_path}/api.db"


def test_migrations_make_what_the_models_say(url):
    migrate(url)
    check(url)
    engine = create_engine(url)
    found = inspect(engine)
    for table in ApiTable.metadata.sorted_tables:
        columns = {column["name"]: column["nullable"] for column in found.get_columns(table.name)}
        assert columns == {column.name: column.nullable for column in table.columns}
        assert {one["name"] for one in found.get_indexes(table.name)} >= {one.name for one in table.indexes}
    engine.dispose()


def test_notes_of_a_former_process_are_told(url):
    migrate(url)
    engine = create_engine(url)
    with engine.begin() as connection:
        for number, state in enumerate(["queued", "running", "done"], 1):
            values = f"({number}, 1, 1, '{state}')"
            connection.execute(
                text(f"insert into notes (id, therapist_id, session_id, state) values {values}")
            )
    migrate(url)
    with engine.begin() as connection:
        found = connection.execute(text("select state, text from notes order by id")).all()
    engine.dispose()
    assert [state for state, _ in found] == ["failed", "failed", "done"]
    assert "started anew" in found[0].text


def test_migrations_that_are_not_applied_are_told(url):
    with pytest.raises(SchemaError, match="no schema yet; apply the migrations"):
        check(url)


def test_an_older_schema_is_told(url):
    migrate(url, "0001")
    with pytest.raises(
        SchemaError, match="its schema is 0001, this backend needs 0002; apply the migrations"
    ):
        check(url)
    migrate(url)
    check(url)


def test_a_schema_of_somebody_else_is_told_and_left_alone(url):
    migrate(url)
    engine = create_engine(url)
    with engine.begin() as connection:
        connection.execute(text("update alembic_version set version_num = 'ffff'"))
    engine.dispose()
    for look in (check, migrate):
        with pytest.raises(SchemaError, match="the schema ffff, which this backend does not know"):
            look(url)


def test_postgresql_has_the_same_schema(server):
    with pytest.raises(SchemaError, match="no schema yet"):
        check(server)
    migrate(server)
    check(server)
    with psycopg.connect(server) as connection:
        assert connection.execute("select count(*) from notes").fetchone() == (0,)


def test_postgresql_that_is_not_there_is_told():
    port = claim_port()
    with pytest.raises(SchemaError, match=rf"127\.0\.0\.1:{port}/x can't be used: .*[Cc]onnect"):
        migrate(f"postgresql://me:secret@127.0.0.1:{port}/x")


def test_wrong_credentials_are_told_without_the_password(server):
    wrong = server.replace("@", "wrong@")
    with pytest.raises(SchemaError, match="password authentication failed") as caught:
        check(wrong)
    assert wrong.split(":")[2].split("@")[0] not in str(caught.value)


def test_a_database_that_is_not_in_it_is_told(server):
    with pytest.raises(SchemaError, match='can\'t be used: database "nothing" does not exist'):
        check(server.rsplit("/", 1)[0] + "/nothing")


def test_what_is_no_postgresql_is_told(monkeypatch):
    with socket.create_server(("127.0.0.1", 0)) as other:
        other.settimeout(5)
        port = other.getsockname()[1]
        import threading

        def greet():
            taken, _ = other.accept()
            taken.recv(100)
            taken.sendall(b"SSH-2.0-OpenSSH_9.9\r\n")
            taken.close()

        threading.Thread(target=greet).start()
        with pytest.raises(SchemaError, match=rf"the database 127\.0\.0\.1:{port}/x"):
            check(f"postgresql://me@127.0.0.1:{port}/x?sslmode=disable")


@pytest.mark.parametrize(
    "wrong", ["mysql://me:secret@host/x", "secret", "", "postgresql://me:secret@host:port/x"]
)
def test_what_is_no_database_is_told_without_its_password(wrong):
    with pytest.raises(SchemaError, match="is none that this backend knows") as caught:
        check(wrong)
    assert "secret" not in str(caught.value)


def test_options_that_mean_nothing_are_told():
    with pytest.raises(SchemaError, match="knows sslmode, not connect_timeout"):
        check("postgresql://me:secret@host/x?connect_timeout=3&sslmode=disable")


def test_a_folder_that_is_not_there_is_told(tmp_path):
    with pytest.raises(SchemaError, match=r"gone/api.db can't be used: there is no such folder"):
        migrate(f"sqlite:///{tmp_path}/gone/api.db")


def test_urls_get_their_drivers():
    assert async_url("postgres://me:x@h/d?sslmode=disable").render_as_string(False) == (
        "postgresql+asyncpg://me:x@h/d?ssl=disable"
    )
    assert async_url("sqlite:////f/api.db").drivername == "sqlite+aiosqlite"
    assert place(async_url("postgresql://me:x@h/d")) == "h:5432/d"
