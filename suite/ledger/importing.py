"""Results from elsewhere: recognised by what is in a file, added where the ledger does not have them."""

from __future__ import annotations

import sqlite3
import tempfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any, TypeVar

from suite.errors import StoreError, SuiteError
from suite.files import disk_faults, read_json
from suite.formats.asv import Naming, is_asv, runs_of_asv
from suite.formats.envelope import document_in
from suite.formats.pytest_benchmark import is_pytest_benchmark, runs_of_pytest_benchmark
from suite.ledger.commit_order import CommitOrder
from suite.ledger.database import shown, url_of
from suite.ledger.detections import Detections
from suite.ledger.faults import database_faults
from suite.ledger.store import Ledger
from suite.records.record import RECORDS, Record

_MAGIC = b"SQLite format 3\0"
_AT_ONCE = 200
_PASSED_OVER = ("benchmarks.json", "machine.json")
"""What asv keeps beside its results."""
_T = TypeVar("_T")


@dataclass(frozen=True, slots=True)
class Imported:
    """What became of a file or a folder of them: of what kinds it is, and how much of it is new."""

    source: str
    kinds: tuple[str, ...]
    files: int
    records: int
    added: int


def import_all(
    ledger: Ledger, sources: Sequence[str], naming: Naming, faults: list[SuiteError]
) -> Iterator[Imported]:
    """Add each of `sources`: files, folders of them, ledgers. What can't be read goes to `faults`.

    `naming` gives the workload of a benchmark of asv by its name and code.
    """
    for source in sources:
        done: list[Imported] = []
        try:
            name = shown(source) if _is_url(source) else source
            for path in _files(source):
                try:
                    done.append(_import(ledger, path, naming))
                except SuiteError as error:
                    faults.append(error)
        except SuiteError as error:
            faults.append(error)
        if done:
            kinds = tuple(sorted({kind for one in done for kind in one.kinds}))
            records, added = sum(one.records for one in done), sum(one.added for one in done)
            yield Imported(name, kinds, len(done), records, added)


def _is_url(source: str) -> bool:
    return "://" in source


def _files(source: str) -> Iterable[str]:
    path = Path(source)
    if _is_url(source) or not path.is_dir():
        return [source]
    found = [str(each) for each in sorted(path.rglob("*.json")) if each.name not in _PASSED_OVER]
    if not found:
        raise StoreError(f"there are no .json files in {source}")
    return found


def _import(ledger: Ledger, source: str, naming: Naming) -> Imported:
    if _is_url(source):
        url = url_of(source)
        if url.get_backend_name() != "sqlite":
            with Ledger.as_it_is(source) as other:
                return _merged(ledger, other, other.place)
        source = str(url.database)
    path = Path(source)
    if _starts_as_database(path):
        return _copied(ledger, path)
    kind, records = _recognised(read_json(path), path, naming)
    added = sum(ledger.add_new(some) for some in _batches(records))
    return Imported(source, (kind,), 1, len(records), added)


def _starts_as_database(path: Path) -> bool:
    try:
        with path.open("rb") as file:
            return file.read(len(_MAGIC)) == _MAGIC
    except OSError as error:
        raise StoreError(f"can't read {path}: {error.strerror}") from error


def _recognised(data: Any, path: Path, naming: Naming) -> tuple[str, Sequence[Record]]:
    document = document_in(data, path)
    if document is not None:
        return "document", document.records
    try:
        if isinstance(data, Mapping):
            if is_asv(data):
                return "asv", runs_of_asv(data, _benchmarks(path), naming)
            if is_pytest_benchmark(data):
                return "pytest-benchmark", runs_of_pytest_benchmark(data)
    except StoreError as error:
        raise StoreError(f"{path}: {error}") from error
    raise StoreError(f"{path}: no document of suite, result of asv or report of pytest-benchmark")


def _benchmarks(path: Path) -> Mapping[str, Any]:
    """What asv wrote of the benchmarks, one folder up; nothing if that can't be read."""
    try:
        data = read_json(path.resolve().parent.parent / "benchmarks.json")
    except StoreError:
        return {}
    if not isinstance(data, Mapping):
        return {}
    return {name: one for name, one in data.items() if isinstance(one, Mapping)}


def _copied(ledger: Ledger, path: Path) -> Imported:
    """Merge a ledger's file by way of a copy: an older one must not be upgraded where it is."""
    with disk_faults(tempfile.gettempdir()), tempfile.TemporaryDirectory(prefix="loadledger-") as folder:
        copy = Path(folder) / "ledger.db"
        with database_faults(path):
            source = f"{path.resolve().as_uri()}?mode=ro"
            with closing(sqlite3.connect(source, uri=True)) as old, closing(sqlite3.connect(copy)) as new:
                old.backup(new)
        with Ledger(copy, called=str(path), opening="existing") as other:
            return _merged(ledger, other, str(path))


def _merged(ledger: Ledger, other: Ledger, source: str) -> Imported:
    records = [(kind, name) for kind in RECORDS for name in other.ids(kind)]
    there = {(kind, name) for kind in RECORDS for name in ledger.ids(kind)}
    added = 0
    for some in _batches(key for key in records if key not in there):
        added += ledger.add_new(other.record(name, kind) for kind, name in some)
    known = {(one.workload, one.metric, one.commit) for one in Detections(ledger, CommitOrder()).accepted()}
    accepted = Detections(other, CommitOrder()).accepted()
    mine = Detections(ledger, CommitOrder())
    for one in accepted:
        if (one.workload, one.metric, one.commit) not in known:
            mine.accept(one)
            added += 1
    return Imported(source, ("ledger",), 1, len(records) + len(accepted), added)


def _batches(items: Iterable[_T]) -> Iterator[list[_T]]:
    rest = iter(items)
    while some := list(islice(rest, _AT_ONCE)):
        yield some
