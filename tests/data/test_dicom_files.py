"""The user's own files: as they are but for their UID, and what is none is told."""

from io import BytesIO

import pytest
from pydicom import dcmread
from pydicom.encaps import encapsulate
from pydicom.uid import UID, DeflatedExplicitVRLittleEndian, JPEG2000Lossless

from suite.data.ct import ct
from suite.data.dicom_files import dicom_files
from suite.errors import ConfigurationError
from suite.reference.dicom import files

TEMPLATE = ct(4_000)
OWN = TEMPLATE.uid(7, 7)


@pytest.fixture
def folder(tmp_path):
    """A CT, one compressed, one that is deflated, and what is none."""
    head = files.header(TEMPLATE.sop_class, OWN, TEMPLATE.transfer_syntax)
    files.write(tmp_path / "a.dcm", head, TEMPLATE.instance(OWN))
    read = dcmread(tmp_path / "a.dcm")
    read.save_as(tmp_path / "deflated.dcm", implicit_vr=False, little_endian=True)
    read.file_meta.TransferSyntaxUID = DeflatedExplicitVRLittleEndian
    read.save_as(tmp_path / "deflated.dcm")
    (tmp_path / "below").mkdir()
    read.file_meta.TransferSyntaxUID = JPEG2000Lossless
    read.PixelData = encapsulate([b"no image at all"])
    read["PixelData"].VR = "OB"
    read["PixelData"].is_undefined_length = True
    read.save_as(tmp_path / "below" / "compressed.dcm")
    (tmp_path / "notes.txt").write_text("no image")
    return tmp_path


def test_what_is_sent_is_the_file_with_another_uid(folder):
    found = dicom_files(str(folder))
    plain, compressed = found.templates
    assert (plain.sop_class, plain.transfer_syntax) == (TEMPLATE.sop_class, TEMPLATE.transfer_syntax)
    assert plain.instance(OWN) == TEMPLATE.instance(OWN)
    assert compressed.transfer_syntax == JPEG2000Lossless
    assert b"no image at all" in compressed.instance(OWN)
    uids = {one.uid(user, number) for one in found.templates for user in (0, 1) for number in (0, 1)}
    assert len(uids) == 4
    again = dcmread(BytesIO(files.header("1.2", OWN, UID(plain.transfer_syntax)) + plain.instance(OWN)))
    assert again.SOPInstanceUID == OWN


def test_what_is_no_dicom_file_is_told(folder):
    deflated, notes = dicom_files(str(folder)).skipped
    assert deflated.startswith("deflated.dcm: its SOP Instance UID can't be replaced")
    assert notes.startswith("notes.txt: File is missing DICOM File Meta Information header")


def test_a_folder_without_any_is_a_configuration_error(tmp_path):
    with pytest.raises(ConfigurationError, match=r"there is no DICOM file in .* that could be sent"):
        dicom_files(str(tmp_path))
    with pytest.raises(ConfigurationError, match="is no folder of DICOM files"):
        dicom_files(str(tmp_path / "nowhere"))
