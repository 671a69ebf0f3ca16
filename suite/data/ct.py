"""Seeded CT instances: one encoded dataset, and how to make any number of distinct instances of it.

Encoding a dataset costs a millisecond and more, so a load generator can't do it per file. A `Template`
is encoded once; an instance is the template with other digits in its SOP Instance UID, whose width and
place are fixed. Nothing here imports pydicom until the first template is made.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import lru_cache
from io import BytesIO
from random import Random
from typing import Any

from suite.errors import ConfigurationError, require

CT_IMAGE_STORAGE = "1.2.840.10008.5.1.4.1.1.2"
MODALITIES = {
    "CT": CT_IMAGE_STORAGE,
    "MR": "1.2.840.10008.5.1.4.1.1.4",
    "CR": "1.2.840.10008.5.1.4.1.1.1",
    "DX": "1.2.840.10008.5.1.4.1.1.1.1",
    "US": "1.2.840.10008.5.1.4.1.1.6.1",
    "OT": "1.2.840.10008.5.1.4.1.1.7",
}
"""Kinds of instances that can be made, and their SOP classes; OT is a secondary capture."""
EXPLICIT_LITTLE_ENDIAN = "1.2.840.10008.1.2.1"
SMALL = 40_000
"""Bytes of a small instance: 141 x 141 pixels of two bytes and its header."""
LARGE = 524_288
"""Bytes of a full CT slice: 512 x 512 pixels of two bytes and its header."""

_ROOT = "1.2.826.0.1.3680043.8.498."  # pydicom's root, open to everybody who makes test data
_USERS = 10**6
_NUMBERS = 10**10


@dataclass(frozen=True, slots=True)
class Template:
    """One encoded dataset and where its SOP Instance UID stands.

    `dataset` is Explicit VR Little Endian without preamble and file meta information. The UID is
    `uid_width` characters (an even number, so never padded) at `uid_offset`.
    """

    dataset: bytes
    uid_offset: int
    uid_width: int
    seed: int
    sop_class: str = CT_IMAGE_STORAGE
    transfer_syntax: str = EXPLICIT_LITTLE_ENDIAN

    def __len__(self) -> int:
        return len(self.dataset)

    def uid(self, user: int, number: int) -> str:
        """The SOP Instance UID of instance `number` of a user; distinct for distinct arguments.

        Raises ValueError unless 0 <= user < 10^6 and 0 <= number < 10^10.
        """
        return instance_uid(self.seed, user, number)

    def instance(self, uid: str) -> bytes:
        """The dataset with `uid` in it. CostBill one copy. Raises ValueError for a UID of another width."""
        if len(uid) != self.uid_width:
            raise ValueError(f"a UID of {self.uid_width} characters is needed, not {uid!r}")
        head, tail = self.uid_offset, self.uid_offset + self.uid_width
        return b"".join((self.dataset[:head], uid.encode("ascii"), self.dataset[tail:]))


def instance_uid(seed: int, user: int, number: int) -> str:
    """A SOP Instance UID of always 48 characters. Raises ValueError for numbers out of range."""
    if not (0 <= user < _USERS and 0 <= number < _NUMBERS):
        raise ValueError(f"no UID for user {user}, number {number}")
    return f"{_stem(seed, user)}{number:010d}"


@lru_cache(maxsize=10_000)
def _stem(seed: int, user: int) -> str:
    """What the UIDs of a user begin with; a sender makes one per instance."""
    return f"{_ROOT}1{seed % 100_000:05d}{user:06d}"


@lru_cache(maxsize=16)
def ct(size: int = SMALL, seed: int = 1, modality: str = "CT") -> Template:
    """The template of CT instances of about `size` bytes, the same for the same seed.

    Of another `modality`, one of MODALITIES, an instance has the SOP class; its other attributes are a CT's.
    Pixels are noise of 16 bits, which no compression shrinks; rows = columns = sqrt(size / 2), so that
    an instance has between `size` - 2,000 and `size` + 2,000 bytes. Raises ConfigurationError for sizes
    below 3,000 or above 2 GB, and MissingExtra without pydicom.
    """
    if not 3_000 <= size <= 2_000_000_000:
        raise ConfigurationError(f"a CT instance has 3 kB to 2 GB, not {size} bytes")
    if modality not in MODALITIES:
        raise ConfigurationError(f"a modality is one of {', '.join(MODALITIES)}, not {modality!r}")
    require("dicom", "pydicom")
    side = math.isqrt(size // 2)
    uid = instance_uid(seed, 0, 0)
    made = _dataset(side, uid, Random(seed))
    made.SOPClassUID, made.Modality = MODALITIES[modality], modality
    encoded = _encoded(made)
    if encoded.count(uid.encode()) != 1:
        raise AssertionError("the SOP Instance UID must stand exactly once in a template")
    return Template(encoded, encoded.index(uid.encode()), len(uid), seed, MODALITIES[modality])


def _dataset(side: int, uid: str, random: Random) -> Any:
    from pydicom.dataset import Dataset

    series = f"{_ROOT}2{random.randrange(10**9):09d}"
    made = Dataset()
    made.SpecificCharacterSet = "ISO_IR 100"
    made.ImageType = ["ORIGINAL", "PRIMARY", "AXIAL"]
    made.SOPInstanceUID = uid
    made.StudyDate = made.ContentDate = "20240229"
    made.StudyTime = made.ContentTime = "120000"
    made.AccessionNumber = f"L{random.randrange(10**8):08d}"
    made.Manufacturer = "Loadledger"
    made.ReferringPhysicianName = ""
    made.PatientName = "Load^Test"
    made.PatientID = f"P{random.randrange(10**8):08d}"
    made.PatientBirthDate = "19700101"
    made.PatientSex = "O"
    made.KVP = "120"
    made.StudyInstanceUID = series + ".1"
    made.SeriesInstanceUID = series + ".2"
    made.StudyID = "1"
    made.SeriesNumber = 1
    made.AcquisitionNumber = 1
    made.InstanceNumber = 1
    made.ImagePositionPatient = [-120, -120, 0]
    made.ImageOrientationPatient = [1, 0, 0, 0, 1, 0]
    made.FrameOfReferenceUID = series + ".3"
    made.PositionReferenceIndicator = ""
    made.SamplesPerPixel = 1
    made.PhotometricInterpretation = "MONOCHROME2"
    made.Rows = made.Columns = side
    made.PixelSpacing = [0.5, 0.5]
    made.BitsAllocated = made.BitsStored = 16
    made.HighBit = 15
    made.PixelRepresentation = 0
    made.RescaleIntercept = -1024
    made.RescaleSlope = 1
    made.add_new("PixelData", "OW", random.randbytes(side * side * 2))
    return made


def _encoded(dataset: Any) -> bytes:
    from pydicom.filebase import DicomFileLike
    from pydicom.filewriter import write_dataset

    buffer = BytesIO()
    file = DicomFileLike(buffer)
    file.is_little_endian = True
    file.is_implicit_VR = False
    write_dataset(file, dataset)
    return buffer.getvalue()
