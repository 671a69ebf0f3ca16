"""Results written for other tools, or for another ledger."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import chain
from pathlib import Path
from typing import Any, Literal

from suite.config.filters import those_like
from suite.errors import ConfigurationError, StoreError
from suite.files import below, check_writable, read_json, safe_name
from suite.formats.asv import asv_files, with_older
from suite.formats.document import print_document, run_path, write_document
from suite.formats.envelope import envelope, exit_code, kind_of
from suite.formats.pytest_benchmark import pytest_benchmark_report
from suite.ledger.store import Ledger
from suite.records.record import RECORDS, Record
from suite.records.run import Run
from suite.report.verdict import overall

Format = Literal["document", "asv", "pytest-benchmark"]
FORMATS: tuple[Format, ...] = ("document", "asv", "pytest-benchmark")


@dataclass(frozen=True, slots=True)
class Exported:
    """How many files were written, and in words what of the Runs asked for is not in them."""

    files: int
    left_out: tuple[str, ...] = ()


def export(
    ledger: Ledger,
    target: str,
    form: Format,
    workload: str | None,
    commit: str | None,
    limit: int | None,
    match: Sequence[str] = (),
    *,
    damaged: list[StoreError],
) -> Exported:
    """Write the newest `limit` Runs (all if None) of a workload and commit, or of workloads like `match`.

    A `target` ending in .json, or "-" for stdout, is one file, else a folder. What is wrong with records that
    can't be read goes to `damaged`, and all others are written. Raises ConfigurationError
    if there is nothing to write or it does not fit one file, StoreError if it can't be written.
    """
    ids = ledger.ids(Run.KIND, workload, commit)
    names: Sequence[str] | None = None
    if match:
        names = those_like(ledger.workloads(), match)
        wanted = {run for name in names for run in ledger.ids(Run.KIND, name, commit)}
        ids = [run for run in ids if run in wanted]
    ids = ids[-limit if limit else 0 :]
    if not ids:
        raise ConfigurationError("no run matches; suite show lists the runs")
    single = target == "-" or target.endswith(".json")
    if form == "asv" and single:
        raise ConfigurationError("asv keeps a folder of results, name one: suite export FOLDER --format asv")
    if target != "-":
        check_writable(Path(target) if single else Path(target) / "draft")
    runs = (one for one in _sound(ledger, Run.KIND, ids, damaged) if isinstance(one, Run))
    if form == "document" and single:
        return Exported(_document(list(runs), target))
    if form == "document":
        others = _of_other_kinds(ledger, names, workload, commit, limit, damaged)
        return Exported(_documents(chain(runs, others), Path(target)))
    if form == "asv":
        return _asv(runs, Path(target))
    by_commit: dict[str, list[Run]] = {}
    for run in runs:
        if "service" in run.histograms or "response" in run.histograms:
            by_commit.setdefault(run.commit or "", []).append(run)
    if not by_commit:
        raise ConfigurationError(
            "none of these runs has times of operations, which pytest-benchmark is about"
        )
    if single:
        if len(by_commit) > 1:
            raise ConfigurationError(
                f"such a file has one commit and these are {len(by_commit)}: add --commit, or name a folder"
            )
        report = pytest_benchmark_report(next(iter(by_commit.values())))
        if target == "-":
            print_document(report)
        else:
            write_document(Path(target), report)
        return Exported(1)
    for number, (sha, some) in enumerate(by_commit.items(), 1):
        path = Path(target) / f"{number:04}_{safe_name(sha or 'no-commit')}.json"
        write_document(below(Path(target), path), pytest_benchmark_report(some))
    return Exported(len(by_commit))


def _asv(runs: Iterator[Run], folder: Path) -> Exported:
    """Into a folder that may have results already: they stay."""
    known = _known(folder / "benchmarks.json")
    files, left_out = asv_files(runs, known)
    if not files:
        raise ConfigurationError(
            f"asv knows results by their commits, and none of these runs is for it: {', '.join(left_out)}"
        )
    older = {name: read_json(folder / name) for name in files if (folder / name).exists()}
    for name, data in files.items():
        write_document(below(folder, folder / name), with_older(data, older.get(name)))
    return Exported(len(files), tuple(left_out))


def _known(path: Path) -> dict[str, Any]:
    """The benchmarks that asv knows there."""
    data = read_json(path) if path.exists() else {}
    known = {name: one for name, one in data.items() if name != "version"} if isinstance(data, dict) else None
    if known is None or not all(isinstance(one, dict) for one in known.values()):
        raise StoreError(f"{path} is not as asv writes it; move it away, or export to another folder")
    return known


def _document(runs: Sequence[Run], target: str) -> int:
    data = envelope("run", runs, exit_code=overall([run.exit_code for run in runs]))
    if target == "-":
        print_document(data)
    else:
        write_document(Path(target), data)
    return 1


def _sound(ledger: Ledger, kind: str, ids: Sequence[str], damaged: list[StoreError]) -> Iterator[Record]:
    """The records of these ids; what is wrong with one goes to `damaged`."""
    for name in ids:
        try:
            yield ledger.record(name, kind)
        except StoreError as error:
            damaged.append(error)


def _of_other_kinds(
    ledger: Ledger,
    workloads: Sequence[str] | None,
    workload: str | None,
    commit: str | None,
    limit: int | None,
    damaged: list[StoreError],
) -> Iterator[Record]:
    """What there is of the same workloads and commit beside Runs: as many of each kind."""
    for kind in RECORDS:
        if kind != Run.KIND:
            found = [
                one
                for name in (workloads if workloads is not None else [workload])
                for one in ledger.ids(kind, name, commit)
            ]
            yield from _sound(ledger, kind, found[-limit if limit else 0 :], damaged)


def _documents(records: Iterator[Record], folder: Path) -> int:
    """One file per record, named as those that are kept are."""
    count = 0
    for count, record in enumerate(records, 1):  # noqa: B007
        document = envelope(kind_of(record), [record], exit_code=exit_code(record))
        write_document(below(folder, run_path(folder, record)), document)
    return count
