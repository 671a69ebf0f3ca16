"""The SQL statements that this process sends, each with who sent it and when."""

# ruff: noqa: BLE001, S110  (no error of ours may show; nothing is imported without need)
from __future__ import annotations

import sys
import time
from _thread import get_ident

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

_DEPTH = 80
_SQLALCHEMY = "/sqlalchemy/"
_BOTH = ("execute", "executemany")
_DRIVERS = (
    ("psycopg", "AsyncCursor", _BOTH),
    ("psycopg", "Cursor", _BOTH),
    ("pymysql.cursors", "Cursor", ("execute",)),  # executemany() asks it
    ("asyncpg.connection", "Connection", ("_execute", "_executemany")),
    *(("psycopg2.extras", name, _BOTH) for name in ("DictCursor", "RealDictCursor", "NamedTupleCursor")),
)
"""Classes that are written in Python, so that they can be listened to, with their methods that send."""


class StatementMeter:
    """Notes what goes through SQLAlchemy, psycopg, psycopg2, asyncpg, PyMySQL and sqlite3, each once."""

    def __init__(self) -> None:
        self._texts: dict[str, int] = {}
        self._stacks: dict[Any, int] = {}
        self._sent: list[tuple[int, int, int]] = []
        self._watched: set[str] = set()
        self.opened: list[tuple[int, Any]] = []
        """Connections of sqlite3 that nobody listens to yet, by thread: they are told of half made."""
        sys.addaudithook(self._audited)

    def begin(self) -> None:
        """Forget all until now, and listen to what has been imported since."""
        self._listen()
        self._texts, self._stacks, self._sent = {}, {}, []

    def end(self) -> dict[str, Any]:
        """Texts, stacks (innermost frame first), and of each statement when it was sent (monotonic ns), which
        text it has and which stack."""
        stacks = [
            [[getattr(code, "co_qualname", code.co_name), code.co_filename, line] for code, line in stack]
            for stack in list(self._stacks)
        ]
        return {"texts": list(self._texts), "stacks": stacks, "sent": self._sent}

    def _listen(self) -> None:
        try:
            if "sqlalchemy.engine" in sys.modules and self._first("sqlalchemy"):
                engine: Any = sys.modules["sqlalchemy.engine"]
                sys.modules["sqlalchemy.event"].listen(engine.Engine, "before_cursor_execute", self._executed)
            for module, name, methods in _DRIVERS:
                kind = getattr(sys.modules.get(module), name, None)
                if kind is not None and self._first(f"{module}.{name}"):
                    for method in methods:
                        setattr(kind, method, self._noting(getattr(kind, method)))
            if "asyncpg.connection" in sys.modules and self._first("asyncpg"):
                self._listen_to_asyncpg(sys.modules["asyncpg.connection"], sys.modules["asyncpg"])
            if "psycopg2" in sys.modules:
                self._listen_to_psycopg2(sys.modules["psycopg2"])
        except Exception:
            pass

    def _first(self, name: str) -> bool:
        """Whether nobody has listened to it yet; from now on somebody does."""
        known = name in self._watched
        self._watched.add(name)
        return not known

    def _listen_to_asyncpg(self, connections: Any, package: Any) -> None:
        """What goes past its `_execute`: text without arguments, and what was prepared."""
        plain, note = connections.Connection.execute, self._note_sent

        def execute(connection: Any, query: Any, *words: Any, **options: Any) -> Any:
            if not words:
                note(query, connection)
            return plain(connection, query, *words, **options)

        connections.Connection.execute = execute
        prepared, name = package.prepared_stmt.PreparedStatement, "_PreparedStatement__do_execute"
        send = getattr(prepared, name)

        def sending(statement: Any, executor: Any) -> Any:
            note(statement.get_query(), statement)
            return send(statement, executor)

        setattr(prepared, name, sending)

    def _listen_to_psycopg2(self, package: Any) -> None:
        """Its cursors are written in C: connections get others that note, new ones and those there are."""
        extensions = package.extensions
        if self._first("psycopg2"):
            methods = {name: self._noting(getattr(extensions.cursor, name)) for name in _BOTH}
            own = type("cursor", (extensions.cursor,), methods)
            connect = package._connect

            def connecting(*words: Any, **options: Any) -> Any:
                connection = connect(*words, **options)
                if connection.cursor_factory is None:
                    connection.cursor_factory = own
                return connection

            package._connect = connecting
            import gc

            for one in gc.get_objects():
                if isinstance(one, extensions.connection) and one.cursor_factory is None:
                    one.cursor_factory = own

    def _executed(self, _connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        self._note(statement, _stack())

    def _noting(self, plain: Any) -> Any:
        """A method that notes what it is given first and then does what it did."""
        note = self._note_sent

        def execute(cursor: Any, query: Any, *words: Any, **options: Any) -> Any:
            note(query, cursor)
            return plain(cursor, query, *words, **options)

        return execute

    def _note_sent(self, query: Any, cursor: Any) -> None:
        """SQLAlchemy tells of its own."""
        try:
            stack = _stack(3)
            if not _within(stack, _SQLALCHEMY):
                self._note(query if isinstance(query, str) else _as_text(query, cursor), stack)
        except Exception:
            pass

    def _audited(self, event: str, words: Any) -> None:
        if event == "sqlite3.connect/handle":
            self.opened.append((get_ident(), words[0]))

    def listen(self) -> None:
        """Listen to connections that this thread has opened."""
        own = get_ident()
        for one in [one for one in self.opened if one[0] == own]:
            try:
                one[1].set_trace_callback(self._traced)
                self.opened.remove(one)
            except Exception:
                pass  # the next time

    def _traced(self, statement: str) -> None:
        stack = _stack()
        threaded = "sqlalchemy.dialects.sqlite.aiosqlite" in sys.modules and _within(stack, "/aiosqlite/")
        if not statement.startswith("--") and not threaded and not _within(stack, _SQLALCHEMY):
            self._note(statement, stack)

    def _note(self, statement: str, stack: Any) -> None:
        try:
            at = time.monotonic_ns()
            text = self._texts.setdefault(statement, len(self._texts))
            self._sent.append((at, text, self._stacks.setdefault(stack, len(self._stacks))))
        except Exception:
            pass


def _stack(depth: int = 2) -> tuple[Any, ...]:
    """Code and line of all that wait for what is called now, innermost first, without `depth` of our own.

    SQLAlchemy runs what awaits in a greenlet: who awaits it is in that one's parent.
    """
    found: list[Any] = []
    frame: Any = sys._getframe(depth)
    greenlets = sys.modules.get("greenlet")
    inside = greenlets.getcurrent() if greenlets is not None else None
    while len(found) < _DEPTH:
        if frame is None:
            inside = getattr(inside, "parent", None)
            frame = getattr(inside, "gr_frame", None)
            if frame is None:
                break
        found.append((frame.f_code, frame.f_lineno))
        frame = frame.f_back
    return tuple(found)


def _within(stack: Any, folder: str) -> bool:
    return any(folder in code.co_filename for code, _ in stack)


def _as_text(query: Any, cursor: Any) -> str:
    """What psycopg composes."""
    if isinstance(query, bytes):
        return query.decode(errors="replace")
    return str(query.as_string(cursor) if hasattr(query, "as_string") else query)
