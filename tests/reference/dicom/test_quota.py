"""Bytes of files: what does not fit is refused, what is given back fits again."""

import contextlib
import errno

import pytest

from suite.reference.dicom.quota import Quota


def test_what_does_not_fit_is_refused_and_changes_nothing():
    quota, lock = Quota(100, used=40), contextlib.nullcontext()
    quota.take(60, lock)
    with pytest.raises(OSError, match="quota exceeded: 100 bytes") as caught:
        quota.take(1, lock)
    assert caught.value.errno == errno.EDQUOT
    quota.take(-60, lock)
    assert quota.used == 40


def test_none_is_no_limit():
    quota = Quota(0)
    quota.take(1 << 50, contextlib.nullcontext())
    assert quota.used == 0
