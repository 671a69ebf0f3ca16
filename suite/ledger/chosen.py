"""Results as people name them: by id, by workload, by the file that holds them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

from suite.errors import ConfigurationError, Faults, StoreError, SuiteError
from suite.files import check_is_file
from suite.formats.envelope import read_document
from suite.formats.soak_journal import SUFFIX, read
from suite.ledger.store import Ledger
from suite.records.record import Record
from suite.records.soak import Soak


def chosen(names: Sequence[str], place: str | Path) -> list[Record]:
    """What `names` stand for in their order, each record once; of no names the latest Run.

    What ends in .json is a document, in .journal a soak that was cut off, a workload its latest Run in the
    ledger at `place`, else it is an id or its beginning. The ledger is opened where a name needs it. Raises
    ConfigurationError or StoreError with all that is wrong with them.
    """
    found: dict[tuple[str, str], Record] = {}
    faults = Faults()
    if not names:
        found = {(record.KIND, record.id): record for record in _stored(None, place)}
    for name in names:
        try:
            records = _in_file(Path(name)) if is_file_name(name) else _stored(name, place)
            found |= {(record.KIND, record.id): record for record in records}
        except (ConfigurationError, StoreError) as error:
            faults.lines.append(str(error))
    faults.check()
    if not found:
        raise ConfigurationError(f"there are no results in {', '.join(names)}")
    return [*found.values()]


def is_file_name(name: str) -> bool:
    """Whether it names a file, which needs no ledger."""
    return name.endswith((".json", SUFFIX))


def _in_file(path: Path) -> Sequence[Record]:
    return [_cut_off(path)] if path.suffix == SUFFIX else read_document(path).records


def _cut_off(path: Path) -> Soak:
    """A soak as far as its journal has it."""
    from suite.soak.summary import so_far

    check_is_file(path)
    head, windows = read(path)
    try:
        return so_far(head, windows)
    except SuiteError:
        raise
    except Exception as error:  # it may say anything, if it is from elsewhere
        raise StoreError(f"{path} is damaged: {type(error).__name__}: {error}") from error


def _stored(name: str | None, place: str | Path) -> Iterator[Record]:
    with Ledger.existing(place) as ledger:
        latest = ledger.latest(name) if name is None or name in ledger.workloads() else None
        if latest is not None:
            yield latest
        elif name is None:
            raise ConfigurationError("the ledger has no run yet; make one with: suite run")
        else:
            yield ledger.record(name)
