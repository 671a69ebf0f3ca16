"""Templates of the user's own DICOM files, each good for any number of distinct instances."""

from __future__ import annotations

from functools import lru_cache
from io import BytesIO
from pathlib import Path
from typing import Any, NamedTuple

from suite.data.ct import Template, instance_uid
from suite.errors import ConfigurationError, require

_PREAMBLE = 128 + len(b"DICM")
_GROUP_LENGTH = 12  # bytes of the element that says how long the file meta information is


class DicomFiles(NamedTuple):
    """Templates of the files of a folder, in the order of their names, and why others are none."""

    templates: tuple[Template, ...]
    skipped: tuple[str, ...]


@lru_cache(maxsize=8)
def dicom_files(folder: str, seed: int = 1) -> DicomFiles:
    """Read all files in `folder` and below; what is sent of one is as it is but for its SOP Instance UID.

    Raises ConfigurationError if there is no folder, or nothing in it that could be sent, and MissingExtra
    without pydicom.
    """
    require("dicom", "pydicom")
    if not Path(folder).is_dir():
        raise ConfigurationError(f"{folder} is no folder of DICOM files")
    templates, skipped = [], []
    for path in sorted(path for path in Path(folder).rglob("*") if path.is_file()):
        try:
            templates.append(_template(path, seed))
        except Exception as error:  # noqa: BLE001  # pydicom raises whatever a byte leads it to
            skipped.append(f"{path.relative_to(folder)}: {str(error) or type(error).__name__}")
    if not templates:
        why = f"; {skipped[0]}" if skipped else ""
        raise ConfigurationError(f"there is no DICOM file in {folder} that could be sent{why}")
    return DicomFiles(tuple(templates), tuple(skipped))


def _template(path: Path, seed: int) -> Template:
    from pydicom import dcmread, dcmwrite

    read: Any = dcmread(path)
    uid = instance_uid(seed, 0, 0)
    read.SOPInstanceUID = read.file_meta.MediaStorageSOPInstanceUID = uid
    buffer = BytesIO()
    dcmwrite(buffer, read, enforce_file_format=True)
    data = buffer.getvalue()
    begin = _PREAMBLE + _GROUP_LENGTH
    begin += int.from_bytes(data[begin - 4 : begin], "little")
    dataset = data[begin:]
    if dataset.count(uid.encode()) != 1:
        raise ValueError("its SOP Instance UID can't be replaced: it is compressed, or stands elsewhere too")
    return Template(
        dataset,
        dataset.index(uid.encode()),
        len(uid),
        seed,
        str(read.SOPClassUID),
        str(read.file_meta.TransferSyntaxUID),
    )
