"""Results from elsewhere: recognised by what is in a file, added where the ledger does not have them."""

from __future__ import annotations

import sqlite3
import tempfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from functools import cache
from itertools import islice
from pathlib import Path
from typing import TypeVar

from suite.config.ledger_url import shown, url_of
from suite.errors import StoreError, SuiteError
from suite.files import check_is_file, disk_faults, read_json
from suite.formats.asv import Benchmarks, Naming, is_asv, runs_of_asv
from suite.formats.envelope import document_in
from suite.formats.pytest_benchmark import is_pytest_benchmark, runs_of_pytest_benchmark
from suite.formats.soak_journal import SUFFIX
from suite.ledger.commit_order import CommitOrder
from suite.ledger.companions import check_companions
from suite.ledger.detections import Detections
from suite.ledger.faults import database_faults
from suite.ledger.journal import in_journal
from suite.ledger.sealed import reading_uri, unchanged
from suite.ledger.store import Ledger
from suite.process.identity import round_identity
from suite.process.scratch import scratch_directory
from suite.records.record import RECORDS, Record
from suite.units import is_future, seconds_since_epoch

_MAGIC = b"SQLite format 3\0"
_AT_ONCE = 200
_PASSED_OVER = ("benchmarks.json", "machine.json")
"""What asv keeps beside its results."""
_T = TypeVar("_T")


@dataclass(frozen=True, slots=True)
class Imported:
    """What became of a file or a folder of them: of what kinds it is, and how much of it is new.

    `future` is how many records of files say that they began later than now.
    """

    source: str
    kinds: tuple[str, ...]
    files: int
    records: int
    added: int
    future: int = 0


def import_all(
    ledger: Ledger, sources: Sequence[str], naming: Naming, faults: list[SuiteError]
) -> Iterator[Imported]:
    """Add each of `sources`: files, folders of them, ledgers. What can't be read goes to `faults`.

    `naming` gives the workload of a benchmark of asv by its name and code.
    """
    reader = _Reader(naming)
    for source in sources:
        tally = _Tally(ledger)
        try:
            name = shown(source) if _is_url(source) else source
            for path in _files(source):
                try:
                    tally.count(*_import(ledger, path, reader, faults))
                except SuiteError as error:
                    faults.append(error)
            tally.store()
        except SuiteError as error:
            faults.append(error)
        if tally.files:
            yield Imported(
                name, tuple(sorted(tally.kinds)), tally.files, tally.records, tally.added, tally.future
            )


class _Tally:
    """What came of the files of a source; records are stored together, as a file has few."""

    def __init__(self, ledger: Ledger) -> None:
        self.kinds: set[str] = set()
        self.files = self.records = self.added = self.future = 0
        self._ledger = ledger
        self._waiting: list[Record] = []

    def count(self, kind: str, records: Sequence[Record], merged: int = 0, added: int = 0) -> None:
        """A file of this kind with `records` to store; of a ledger how many it had, and were added."""
        self.kinds.add(kind)
        self.files += 1
        self.records += len(records) + merged
        self.added += added
        self.future += sum(is_future(seconds_since_epoch(one.started)) for one in records)
        self._waiting += records
        if len(self._waiting) >= _AT_ONCE:
            self.store()

    def store(self) -> None:
        """Store what waits for it."""
        for some in _batches(self._waiting):
            self.added += self._ledger.add_new(some)
        self._waiting = []


def _is_url(source: str) -> bool:
    return "://" in source


def _files(source: str) -> Iterable[str]:
    path = Path(source)
    if _is_url(source) or not path.is_dir():
        return [source]
    found = [
        str(each)
        for each in sorted(path.rglob("*.json"))
        if each.name not in _PASSED_OVER
        and not in_journal(each.relative_to(path), path)
        and each.is_file()  # a pipe would be waited for
    ]
    if not found:
        raise StoreError(f"there are no .json files in {source}")
    return found


def _import(
    ledger: Ledger, source: str, reader: _Reader, faults: list[SuiteError]
) -> tuple[str, Sequence[Record], int, int]:
    """Of what kind it is, its records that are to be stored; of a ledger how many it had, and were added, and
    to `faults` those that can't be read.
    """
    if _is_url(source):
        url = url_of(source)
        if url.get_backend_name() != "sqlite":
            with Ledger.as_it_is(source) as other:
                return "ledger", (), *_merged(ledger, other, faults)
        source = str(url.database)
    path = Path(source)
    if path.suffix == SUFFIX:
        raise StoreError(
            f"{path} is of a soak that was cut off: suite show and suite report take it as it is, "
            "and suite soak --resume goes on with it"
        )
    if _starts_as_database(path):
        return "ledger", (), *_copied(ledger, path, faults)
    return *reader.read(path), 0, 0


def _starts_as_database(path: Path) -> bool:
    try:
        check_is_file(path)
        with path.open("rb") as file:
            return file.read(len(_MAGIC)) == _MAGIC
    except OSError as error:
        raise StoreError(f"can't read {path}: {error.strerror}") from error


class _Reader:
    """Reads the records in a file, whatever tool wrote it."""

    def __init__(self, naming: Naming) -> None:
        self._naming = cache(naming)
        self._benchmarks: dict[Path, Benchmarks] = {}

    def read(self, path: Path) -> tuple[str, Sequence[Record]]:
        """The kind of a file and its records. Raises StoreError."""
        data = read_json(path)
        document = document_in(data, path)
        if document is not None:
            return "document", document.records
        try:
            if isinstance(data, Mapping):
                if is_asv(data):
                    return "asv", runs_of_asv(data, self._known(path), self._naming)
                if is_pytest_benchmark(data):
                    return "pytest-benchmark", runs_of_pytest_benchmark(data)
        except StoreError as error:
            raise StoreError(f"{path}: {error}") from error
        raise StoreError(f"{path}: no document of suite, result of asv or report of pytest-benchmark")

    def _known(self, path: Path) -> Benchmarks:
        """What asv wrote of the benchmarks, one folder up; nothing if that can't be read."""
        place = path.resolve().parent.parent / "benchmarks.json"
        if place not in self._benchmarks:
            try:
                data = read_json(place)
            except StoreError:
                data = None
            found = data.items() if isinstance(data, Mapping) else ()
            self._benchmarks[place] = {name: one for name, one in found if isinstance(one, Mapping)}
        return self._benchmarks[place]


def _copied(ledger: Ledger, path: Path, faults: list[SuiteError]) -> tuple[int, int]:
    """Merge a ledger's file by way of a copy: an older one must not be upgraded where it is."""
    with disk_faults(tempfile.gettempdir()), scratch_directory() as folder, round_identity(folder):
        copy = folder / "ledger.db"
        with database_faults(path):
            check_companions(path)
            source = sqlite3.connect(reading_uri(path), uri=True)
            with unchanged(path), closing(source) as old, closing(sqlite3.connect(copy)) as new:
                old.backup(new)
        with Ledger(copy, called=str(path), opening="existing") as other:
            return _merged(ledger, other, faults)


def _merged(ledger: Ledger, other: Ledger, faults: list[SuiteError]) -> tuple[int, int]:
    """How much there was in `other`, and how much of it is new; what of it can't be read goes to `faults`."""
    records = [(kind, name) for kind in RECORDS for name in other.ids(kind)]
    there = {(kind, name) for kind in RECORDS for name in ledger.ids(kind)}
    added = 0
    for some in _batches(key for key in records if key not in there):
        added += ledger.add_new(_readable(other, some, faults))
    known = {(one.workload, one.metric, one.commit) for one in Detections(ledger, CommitOrder()).accepted()}
    accepted = Detections(other, CommitOrder()).accepted()
    mine = Detections(ledger, CommitOrder())
    for one in accepted:
        if (one.workload, one.metric, one.commit) not in known:
            mine.accept(one)
            added += 1
    return len(records) + len(accepted), added


def _readable(other: Ledger, names: Iterable[tuple[str, str]], faults: list[SuiteError]) -> Iterator[Record]:
    for kind, name in names:
        try:
            yield other.record(name, kind)
        except StoreError as error:
            faults.append(error)


def _batches(items: Iterable[_T]) -> Iterator[list[_T]]:
    rest = iter(items)
    while some := list(islice(rest, _AT_ONCE)):
        yield some
