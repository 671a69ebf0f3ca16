"""CT instances: valid, distinct, the same for the same seed, and hard to compress."""

from __future__ import annotations

import zlib
from io import BytesIO

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydicom import dcmread
from pydicom.uid import UID

from suite.data.ct import CT_IMAGE_STORAGE, LARGE, SMALL, ct
from suite.errors import ConfigurationError


def read(data):
    return dcmread(BytesIO(data), force=True)


@pytest.mark.parametrize("size", [3_000, SMALL, LARGE])
def test_an_instance_is_a_ct_image_of_about_its_size(size):
    template = ct(size)
    uid = template.uid(3, 4)
    found = read(template.instance(uid))
    assert abs(len(template) - size) <= 2_000
    assert (found.SOPClassUID, found.SOPInstanceUID, found.Modality) == (CT_IMAGE_STORAGE, uid, "CT")
    assert len(found.PixelData) == found.Rows * found.Columns * found.BitsAllocated // 8
    assert UID(uid).is_valid


def test_pixels_do_not_compress():
    pixels = read(ct(SMALL).dataset).PixelData
    assert len(zlib.compress(pixels, 9)) > 0.99 * len(pixels)


def test_the_seed_decides():
    ct.cache_clear()
    first = ct(SMALL, 7)
    ct.cache_clear()
    assert ct(SMALL, 7) == first
    assert ct(SMALL, 8).dataset != first.dataset
    assert ct(SMALL, 8).uid(0, 0) != first.uid(0, 0)


@given(st.integers(0, 10**6 - 1), st.integers(0, 10**10 - 1))
def test_only_the_uid_differs_between_instances(user, number):
    template = ct(3_000)
    uid = template.uid(user, number)
    data = template.instance(uid)
    assert len(uid) == template.uid_width == 48
    end = template.uid_offset + template.uid_width
    assert data[template.uid_offset : end] == uid.encode()
    assert data[: template.uid_offset] == template.dataset[: template.uid_offset]
    assert data[end:] == template.dataset[end:]


@given(st.lists(st.tuples(st.integers(0, 99), st.integers(0, 99)), unique=True))
def test_distinct_instances_have_distinct_uids(pairs):
    template = ct(3_000)
    assert len({template.uid(*pair) for pair in pairs}) == len(pairs)


@pytest.mark.parametrize(("user", "number"), [(-1, 0), (10**6, 0), (0, -1), (0, 10**10)])
def test_a_number_out_of_range_has_no_uid(user, number):
    with pytest.raises(ValueError, match="no UID"):
        ct(3_000).uid(user, number)


def test_a_uid_of_another_width_is_refused():
    with pytest.raises(ValueError, match="48 characters"):
        ct(3_000).instance("1.2.3")


@pytest.mark.parametrize("size", [0, 2_999, 3_000_000_000])
def test_an_impossible_size_is_a_configuration_error(size):
    with pytest.raises(ConfigurationError, match="3 kB to 2 GB"):
        ct(size)
