"""Environment variables that children inherit for a while."""

import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager


@contextmanager
def inherited(changes: Mapping[str, str]) -> Iterator[None]:
    """What is started inside finds `changes` in its environment; afterwards ours is as it was."""
    before = {name: os.environ.get(name) for name in changes}
    os.environ.update(changes)
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                del os.environ[name]
            else:
                os.environ[name] = value


@contextmanager
def environment(whole: Mapping[str, str]) -> Iterator[None]:
    """What is started inside finds `whole` as its environment, and nothing else."""
    before = dict(os.environ)
    os.environ.clear()
    os.environ.update(whole)
    try:
        yield
    finally:
        os.environ.clear()
        os.environ.update(before)
