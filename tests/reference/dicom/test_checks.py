"""The checks find what is wrong: a row, a file, an arrival that is missing or different."""

import hashlib
import sqlite3
from types import SimpleNamespace

import numpy as np
import pytest
from support.recordings import with_rows

from suite import Remote
from suite.data.ct import MODALITIES, ct
from suite.records.recording import Recording
from suite.reference.dicom import checks, destination, files
from suite.reference.dicom.gateway import FOLDER
from suite.reference.dicom.models import SENT
from suite.reference.dicom.sender import SentInstance, sent, templates_of
from suite.reference.dicom.store import FILE, Added, Store

KEPT = [list(SentInstance(4_000, 1, user, number)) for user in range(2) for number in range(3)]


def recording(outcomes, name="store"):
    count = len(outcomes)
    times = np.arange(1, count + 1) * 1_000
    return Recording(
        (name,), np.zeros(count, np.uint16), np.array(outcomes, np.uint8), times, times, times, times + 500,
        np.ones(count, bool),
    )  # fmt: skip


RECORDING = recording([0] * len(KEPT))


@pytest.fixture
def system(tmp_path):
    """What a gateway and its destination leave behind after a good round."""
    inside, outside = tmp_path / "gateway", tmp_path / "destination"
    (inside / FOLDER).mkdir(parents=True)
    outside.mkdir()
    store = Store.open(inside)
    lines = []
    for number, instance in enumerate(sent(KEPT)):
        uid, template = instance.uid(), instance.template()
        path = inside / FOLDER / f"{uid}.dcm"
        size = files.write(
            path, files.header(template.sop_class, uid, template.transfer_syntax), instance.dataset()
        )
        row = Added(uid, template.sop_class, template.transfer_syntax, str(path), size, 1_000 * (number + 1))
        store.add(row, destinations=("there",))
        lines.append(f"{uid} {hashlib.sha256(instance.dataset()).hexdigest()} {number}\n")
    store.close()
    execute(inside, f"update deliveries set state='{SENT}', sent_at=1000 * id + 2500")
    (outside / destination.ARRIVALS).write_text("".join(lines))
    return SimpleNamespace(
        directory=inside, pid=0, beside={"destination": SimpleNamespace(directory=outside)}
    )


def execute(directory, statement):
    connection = sqlite3.connect(directory / FILE)
    with connection:
        connection.execute(statement)
    connection.close()


def a_file(system):
    return sorted((system.directory / FOLDER).iterdir())[2]


STORED = [checks.every_instance_is_on_disk, checks.every_instance_has_its_row, checks.every_instance_arrived]


@pytest.mark.parametrize("check", STORED)
def test_a_good_round_passes(system, check):
    assert check(system, KEPT, RECORDING).startswith("6 of 6")


@pytest.mark.parametrize("check", STORED)
def test_nothing_to_check_is_no_pass(system, check):
    with pytest.raises(AssertionError, match="nothing to check"):
        check(system, [], recording([]))


@pytest.mark.parametrize("check", STORED)
def test_an_instance_that_was_not_kept_is_no_pass(system, check):
    with pytest.raises(AssertionError, match="only 5 instances were kept"):
        check(system, KEPT[1:], RECORDING)


@pytest.mark.parametrize("check", STORED)
def test_a_remote_gateway_is_not_checked_and_says_so(check):
    assert "not checked" in check(Remote("127.0.0.1:104"), KEPT, RECORDING)


def test_a_file_truncated_is_found(system):
    path = a_file(system)
    path.write_bytes(path.read_bytes()[:-2])
    with pytest.raises(AssertionError, match=r"1 of 6 are not on disk, byte for byte; .* differs"):
        checks.every_instance_is_on_disk(system, KEPT, RECORDING)


def test_a_file_emptied_is_found(system):
    a_file(system).write_bytes(b"")
    with pytest.raises(AssertionError, match="1 of 6 are not on disk"):
        checks.every_instance_is_on_disk(system, KEPT, RECORDING)


def test_a_bit_flipped_is_found(system):
    data = bytearray(a_file(system).read_bytes())
    data[-1] ^= 1
    a_file(system).write_bytes(data)
    with pytest.raises(AssertionError, match="1 of 6 are not on disk"):
        checks.every_instance_is_on_disk(system, KEPT, RECORDING)


def test_a_file_removed_is_found(system):
    a_file(system).unlink()
    with pytest.raises(AssertionError, match=r"1 of 6 are not on disk.*No such file"):
        checks.every_instance_is_on_disk(system, KEPT, RECORDING)


def test_a_row_lost_is_found(system):
    execute(system.directory, "delete from instances where id = 3")
    with pytest.raises(AssertionError, match="1 of 6 are not in the database; the first: no row for"):
        checks.every_instance_has_its_row(system, KEPT, RECORDING)


def test_a_row_that_points_elsewhere_is_found(system):
    execute(system.directory, "update instances set path = 'elsewhere' where id = 3")
    with pytest.raises(AssertionError, match="points to elsewhere"):
        checks.every_instance_has_its_row(system, KEPT, RECORDING)


@pytest.mark.parametrize(
    ("change", "text"),
    [
        (lambda lines: lines[1:], "did not arrive"),
        (lambda lines: [lines[0][:60] + "0" * 9 + lines[0][69:], *lines[1:]], "other bytes"),
    ],
)
def test_an_arrival_missing_or_different_is_found(system, change, text):
    log = system.beside["destination"].directory / destination.ARRIVALS
    log.write_text("".join(change(log.read_text().splitlines(keepends=True))))
    with pytest.raises(AssertionError, match=f"1 of 6 are not at the destination.*{text}"):
        checks.every_instance_arrived(system, KEPT, RECORDING)


def test_what_came_again_with_the_same_bytes_is_told_and_with_others_is_found(system):
    log = system.beside["destination"].directory / destination.ARRIVALS
    lines = log.read_text().splitlines(keepends=True)
    log.write_text("".join([*lines, lines[2]]))
    assert checks.every_instance_arrived(system, KEPT, RECORDING).endswith("hashes equal, 1 came again")
    log.write_text("".join([*lines, lines[2][:60] + "0" * 9 + lines[2][69:]]))
    with pytest.raises(AssertionError, match=r"1 of 6 are not at the destination.*other bytes"):
        checks.every_instance_arrived(system, KEPT, RECORDING)


def test_every_destination_must_have_all(system, tmp_path):
    system.beside["destination-2"] = SimpleNamespace(directory=tmp_path)
    with pytest.raises(AssertionError, match="6 of 6 are not at the destination-2"):
        checks.every_instance_arrived(system, KEPT, RECORDING)


def test_no_destination_log_means_nothing_arrived(system):
    (system.beside["destination"].directory / destination.ARRIVALS).unlink()
    with pytest.raises(AssertionError, match="6 of 6 are not at the destination"):
        checks.every_instance_arrived(system, KEPT, RECORDING)


def test_what_is_sent_is_made_of_a_size_a_mix_or_a_folder(tmp_path):
    (one,) = templates_of("", 4_000, 1)
    assert len(one) == len(ct(4_000))
    mix = templates_of("MR:4000,US:5000", 0, 1)
    assert [found.sop_class for found in mix] == [MODALITIES["MR"], MODALITIES["US"]]
    uid = one.uid(3, 4)
    files.write(tmp_path / "a.dcm", files.header(one.sop_class, uid, one.transfer_syntax), one.instance(uid))
    (tmp_path / "b.txt").write_text("none")
    assert len(templates_of(str(tmp_path), 0, 1)) == 1
    kept = [SentInstance(0, 1, 0, 0, str(tmp_path), 0)]
    told = checks.none_was_lost_or_refused(None, kept, recording([0]))
    assert told.startswith("1 of 1; not sent: b.txt: File is missing")
    sent_one = SentInstance(0, 1, 3, 4, str(tmp_path), 0)
    assert (sent_one.uid(), sent_one.dataset()) == (uid, one.instance(uid))


def test_none_lost_or_refused():
    check = checks.none_was_lost_or_refused
    assert check(None, KEPT, recording([0, 0, 0])) == "3 of 3"
    for bad in range(1, 6):
        with pytest.raises(AssertionError, match="1 of 3: 1 "):
            check(None, KEPT, recording([0, bad, 0]))
    with pytest.raises(AssertionError, match="nothing was due"):
        check(None, [], recording([]))


def test_forwards_are_collected_from_the_rows(system):
    rows = list(checks.forwards(system))
    assert [row.operation for row in rows] == ["forward"] * 6
    assert [(row.intended, row.started, row.finished, row.outcome) for row in rows[:2]] == [
        (1_000, 1_000, 3_500, "ok"),
        (2_000, 2_000, 4_500, "ok"),
    ]
    assert list(checks.forwards(Remote("127.0.0.1:104"))) == []


@pytest.mark.parametrize("counts", [{"ok": 6}, {"rejected": 6}, {"ok": 5, "rejected": 1, "failed": 1}])
def test_a_full_disk_that_refuses_nothing_or_everything_or_fails_is_no_pass(system, counts):
    outcomes = [
        code for name, code in (("ok", 0), ("rejected", 1), ("failed", 3)) for _ in range(counts.get(name, 0))
    ]
    with pytest.raises(AssertionError, match=r"nothing was refused|nothing was accepted|and nothing else"):
        checks.what_was_refused_left_nothing(system, KEPT, recording(outcomes))


def test_what_was_refused_and_left_a_file_or_a_row_is_found(system):
    outcomes = recording([0] * len(KEPT) + [1])
    assert checks.what_was_refused_left_nothing(system, KEPT, outcomes).startswith("6 files and rows")
    (system.directory / FOLDER / "1.2.dcm").write_bytes(b"")
    with pytest.raises(AssertionError, match="6 were answered Success, 7 files and 6 rows are there"):
        checks.what_was_refused_left_nothing(system, KEPT, outcomes)


def test_what_is_still_queued_is_unfinished_and_what_was_given_up_failed(system, monkeypatch):
    monkeypatch.setattr(checks, "_DRAIN_SECONDS", 0.1)
    execute(system.directory, "update deliveries set state='queued', sent_at=null where id = 1")
    execute(system.directory, "update deliveries set state='failed', sent_at=null where id = 2")
    assert [row.outcome for row in checks.forwards(system)] == [
        "unfinished",
        "failed",
        "ok",
        "ok",
        "ok",
        "ok",
    ]


def test_the_queue_peak_counts_what_waits_at_once(system):
    recording = with_rows(RECORDING, checks.forwards(system))
    # Accepted every 1,000 ns and sent 2,500 ns later: three wait at once.
    assert checks.queue_peak(system, KEPT, recording) == 3
    assert checks.queue_peak(system, KEPT, RECORDING) is None
