"""Windows of one system: what goes on between them."""

from types import SimpleNamespace

import pytest

from suite.engine.windows import Windows
from suite.errors import SystemFailed


class Restless(Windows):
    """Of a system that never comes to rest; `looks` at it are counted, at the last of which it has died."""

    def __init__(self, last):
        self.looks, self.last = 0, last
        vars(self).update(room=SimpleNamespace(tick=lambda: None), _parties=SimpleNamespace(check=self.look))

    def look(self):
        self.looks += 1
        if self.looks == self.last:
            raise SystemFailed("it died")

    def _cpu(self):
        return float(self.looks)


def test_a_system_that_is_waited_for_is_looked_after_meanwhile():
    """What one wrote without a pause was given back in windows only: 3 GB of the disk in half a minute."""
    system = Restless(last=5)
    with pytest.raises(SystemFailed):
        system.quiet()
    assert system.looks == 5
