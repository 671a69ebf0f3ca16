"""The lines of a log: as they are, out of gzip, and none that would fill memory."""

import gzip
import hashlib

import pytest
from support.access_logs import exact

from suite.data.log_file import log_lines
from suite.errors import ConfigurationError


def read(path):
    digest = hashlib.sha256()
    return [*log_lines(str(path), digest)], digest.hexdigest()


def test_packed_lines_are_those_that_were_packed_and_a_too_long_one_is_none(tmp_path):
    plain, packed = tmp_path / "access.log", tmp_path / "access.log.gz"
    text = b"one\n" + b"x" * 200_000 + b"\nlast"
    plain.write_bytes(text)
    packed.write_bytes(gzip.compress(text))
    assert read(plain) == read(packed) == ([b"one\n", None, b"last"], hashlib.sha256(text).hexdigest())


def test_a_file_that_can_not_be_read(tmp_path):
    with pytest.raises(ConfigurationError, match=r"can't read .*No such file"):
        read(tmp_path / "none.log")
    with pytest.raises(ConfigurationError, match=r"can't read .*directory"):
        read(tmp_path)
    cut = tmp_path / "cut.gz"
    cut.write_bytes(gzip.compress(exact(0).encode() * 1000)[:40])
    with pytest.raises(ConfigurationError, match="is cut off: its gzip data"):
        read(cut)
    cut.write_bytes(gzip.compress(exact(0).encode() * 1000)[:20] + b"\xff" * 100)
    with pytest.raises(ConfigurationError, match="gzip data is damaged"):
        read(cut)
