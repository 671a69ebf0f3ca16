"""A recording by counts, for checks that ask no more of it."""

from suite.outcome import OUTCOMES


class Counted:
    """What a `Recording` says of outcomes: operation names to counts like {"ok": 3}."""

    def __init__(self, **operations):
        self.operations = operations
        self.names = tuple(operations)

    def of(self, name):
        return Counted(**{name: self.operations.get(name, {})})

    def loop_only(self):
        return self

    def counts(self):
        return {
            outcome: sum(counts.get(outcome, 0) for counts in self.operations.values())
            for outcome in OUTCOMES
        }
