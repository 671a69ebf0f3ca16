"""The file of an access log, gzipped or not."""

from __future__ import annotations

import gzip
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from typing import IO, Any

from suite.errors import ConfigurationError

_LONGEST = 1 << 16
"""Bytes of a line that is looked at; what is longer is no request that a server would have taken."""


def log_lines(path: str, digest: Any) -> Iterator[bytes | None]:
    """The lines of a file, from which `digest` is made; None for one that is too long.

    Raises ConfigurationError for what can't be read.
    """
    with _opened(path) as file:
        while line := file.readline(_LONGEST):
            digest.update(line)
            if line.endswith(b"\n") or len(line) < _LONGEST:
                yield line
                continue
            while (more := file.readline(_LONGEST)) and not more.endswith(b"\n"):
                digest.update(more)
            digest.update(more)
            yield None


@contextmanager
def _opened(path: str) -> Iterator[IO[bytes]]:
    try:
        with open(path, "rb") as raw:
            packed = raw.read(2) == b"\x1f\x8b"
            raw.seek(0)
            if packed:
                with gzip.open(raw) as unpacked:
                    yield unpacked  # type: ignore[misc]
            else:
                yield raw
    except OSError as error:  # BadGzipFile is one too
        raise ConfigurationError(f"can't read {path}: {error.strerror or error}") from error
    except EOFError as error:
        raise ConfigurationError(f"{path} is cut off: its gzip data ends before its end") from error
    except zlib.error as error:
        raise ConfigurationError(f"can't read {path}: its gzip data is damaged: {error}") from error
