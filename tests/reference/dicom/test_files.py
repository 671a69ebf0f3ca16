"""Files: whole or not there, and the same bytes again."""

import errno
import os
from io import BytesIO

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydicom import dcmread

from suite.data.ct import ct
from suite.reference.dicom import files

TEMPLATE = ct(4_000)
UID = TEMPLATE.uid(0, 1)
HEADER = files.header(TEMPLATE.sop_class, UID, TEMPLATE.transfer_syntax)
DATASET = TEMPLATE.instance(UID)


def write(path, dataset=DATASET, **options):
    return files.write(path, HEADER, dataset, **options)


@pytest.mark.parametrize("durable", [False, True])
def test_what_is_written_is_read(tmp_path, durable):
    path = tmp_path / "a.dcm"
    size = write(path, memoryview(DATASET), durable=durable)
    assert size == path.stat().st_size
    assert files.read(path) == files.Instance(TEMPLATE.sop_class, UID, TEMPLATE.transfer_syntax, DATASET)
    assert [p.name for p in tmp_path.iterdir()] == ["a.dcm"]


def test_pydicom_reads_it(tmp_path):
    write(tmp_path / "a.dcm")
    found = dcmread(tmp_path / "a.dcm")
    assert found.file_meta.MediaStorageSOPInstanceUID == found.SOPInstanceUID == UID
    assert found.file_meta.TransferSyntaxUID == TEMPLATE.transfer_syntax
    assert found.PixelData == dcmread(BytesIO(DATASET), force=True).PixelData


@given(
    st.binary(max_size=500),
    st.from_regex(r"[1-9](\.[1-9][0-9]{0,9}){1,5}", fullmatch=True),
    st.integers(1, 200),
)
def test_any_dataset_comes_back_however_little_a_write_takes(tmp_path_factory, dataset, uid, most):
    def little(file, parts):
        return real(file, [memoryview(b"".join(parts))[:most]])

    path, real = tmp_path_factory.mktemp("files") / "a.dcm", os.writev
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(os, "writev", little)
        files.write(path, files.header("1.2", uid, "1.2.3"), dataset)
    assert files.read(path) == files.Instance("1.2", uid, "1.2.3", dataset)


def test_a_failed_write_leaves_the_old_file_and_nothing_else(tmp_path, monkeypatch):
    def full(file, parts):
        real(file, [parts[0]])
        raise OSError(errno.ENOSPC, "no space left")

    path, real = tmp_path / "a.dcm", os.writev
    write(path)
    monkeypatch.setattr(os, "writev", full)
    with pytest.raises(OSError, match="no space"):
        write(path, b"something else")
    assert files.read(path).dataset == DATASET
    assert [p.name for p in tmp_path.iterdir()] == ["a.dcm"]


def test_sweep_removes_what_a_killed_process_left(tmp_path):
    write(tmp_path / "a.dcm")
    write(tmp_path / "nobody-was-told.dcm")
    (tmp_path / f"b.dcm{files.PART}").write_bytes(b"half")
    assert files.sweep(tmp_path, {str(tmp_path / "a.dcm")}) == 2
    assert [p.name for p in tmp_path.iterdir()] == ["a.dcm"]


def test_two_who_write_the_same_instance_at_once_leave_one_whole_file(tmp_path, monkeypatch):
    def meanwhile(file, parts):
        monkeypatch.setattr(os, "writev", real)
        write(path, b"of the other one")
        return real(file, parts)

    path, real = tmp_path / "a.dcm", os.writev
    monkeypatch.setattr(os, "writev", meanwhile)
    write(path)
    assert files.read(path).dataset == DATASET
    assert [p.name for p in tmp_path.iterdir()] == ["a.dcm"]


@pytest.mark.parametrize("length", [0, 100, 131, 140, 150, 170, 200])
def test_a_cut_file_is_no_file_of_ours(tmp_path, length):
    path = tmp_path / "a.dcm"
    write(path)
    path.write_bytes(path.read_bytes()[:length])
    with pytest.raises(ValueError, match=r"no DICOM file|ends within|lacks"):
        files.read(path)
