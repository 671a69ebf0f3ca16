"""Rows of a CSV file, one for each user: accounts, tokens, whatever no two users may share."""

from __future__ import annotations

import csv
import functools
import io
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any, overload

from suite import User
from suite.errors import ConfigurationError

_Cells = Mapping[str, str]


class Rows:
    """As an attribute of a User class it is each user's own row, by the user's `index`; see `rows`."""

    def __init__(self, path: str | Path, *, reuse: bool, encoding: str) -> None:
        self.path = Path(path)
        self.reuse = reuse
        self.encoding = encoding

    def __set_name__(self, owner: type[User], name: str) -> None:
        file = getattr(sys.modules.get(owner.__module__), "__file__", None)
        if file is not None:  # of the load file, whatever the current folder is
            self.path = Path(file).parent / self.path

    @overload
    def __get__(self, user: None, owner: type[User]) -> Rows: ...
    @overload
    def __get__(self, user: User, owner: type[User]) -> _Cells: ...
    def __get__(self, user: User | None, owner: type[User]) -> Rows | _Cells:
        if user is None:
            return self
        found = self.table
        return found[user.index % len(found) if self.reuse else user.index]

    @property
    def most_users(self) -> int | None:
        """So many users have a row of their own; None if rows are used again."""
        return None if self.reuse else len(self.table)

    @functools.cached_property
    def table(self) -> tuple[_Cells, ...]:
        """All rows by the names in the first line. Raises ConfigurationError that says what is wrong."""
        names, *lines = self._lines() or [[]]
        faults = list(_header_faults(names))
        faults += [
            f"row {number} has {len(line)} cells, the first line {len(names)}"
            for number, line in enumerate(lines, start=2)
            if len(line) != len(names)
        ][:3]
        if not lines and not faults:
            faults = ["there is no row below the names"]
        if faults:
            raise ConfigurationError.of(f"{self.path}: {fault}" for fault in faults)
        return tuple(dict(zip(names, line, strict=True)) for line in lines)

    def _lines(self) -> list[list[str]]:
        try:
            text = self.path.read_text(encoding=self.encoding)
        except OSError as error:
            raise ConfigurationError(f"can't read {self.path}: {error.strerror}") from error
        except (UnicodeDecodeError, LookupError) as error:
            raise ConfigurationError(
                f"{self.path} is not {self.encoding}: save it as UTF-8, or give rows(..., encoding=)"
            ) from error
        try:
            return [line for line in csv.reader(io.StringIO(text, newline=""), strict=True) if line]
        except csv.Error as error:
            raise ConfigurationError(f"{self.path} is not CSV: {error}") from error


def rows(path: str | Path, *, reuse: bool = False, encoding: str = "utf-8-sig") -> Any:
    """Each user's own row of the CSV file at `path`, which is relative to the load file.

    Its first line names the columns: with `account = rows("users.csv")` in a User class, `self.account` is
    a mapping such as {"name": "ada", "password": "x"}. Fewer rows than users are a ConfigurationError, and
    bound the users that an open loop adds, unless `reuse` lets users share rows.
    """
    return Rows(path, reuse=reuse, encoding=encoding)


def _header_faults(names: list[str]) -> list[str]:
    if not names:
        return ["the file is empty; its first line names the columns"]
    doubtful = [name for name in names if not name.strip() or name.strip().replace(".", "", 1).isdigit()]
    if doubtful:
        return [f"the first line has to name the columns, {doubtful[0]!r} is no name"]
    repeated = sorted({name for name in names if names.count(name) > 1})
    return [f"the first line names {name} twice" for name in repeated]
