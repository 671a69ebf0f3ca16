"""What the detector is held to."""

from dataclasses import dataclass

from studies.detect.made import INDEPENDENT
from studies.detect.roster import CONFIRMED, EVERY, OURS

LENGTHS = (100, 1_000)
_PRECISION, _RECALL, _ALARMS, _DRIFT, _GROWTH = 0.95, 0.70, 0.1, 0.95, 1.5


@dataclass(frozen=True)
class Row:
    """One detector: a Score per length, false alarms per 1,000 values per kind of noise, values, seconds."""

    name: str
    label: str
    scores: dict
    alarms: dict
    delay: float
    seconds: float

    @property
    def independent(self):
        """False alarms per 1,000 values of independent noise."""
        return sum(self.alarms[kind] for kind in INDEPENDENT) / len(INDEPENDENT)


@dataclass(frozen=True)
class Goal:
    words: str
    found: float
    limit: float
    kept: bool


def goals(rows, drift=None, growth=None):
    """The Goals that these figures can be judged by."""
    row = {each.name: each for each in rows}
    ours, others = row.get(CONFIRMED), [each for each in rows if each.name not in OURS]
    for n in LENGTHS if ours else ():
        score = ours.scores[n]
        yield _least(f"precision, confirmed, at n = {n:,}", score.precision, _PRECISION)
        yield _least(f"recall, confirmed, at n = {n:,}", score.recall, _RECALL)
        for other in others:
            words = f"F1, confirmed, at n = {n:,}, ahead of {other.label}"
            yield _least(words, score.f1, other.scores[n].f1)
    if every := row.get(EVERY):
        words = "false alarms per 1,000 of independent noise, provisional too"
        yield _most(words, every.independent, _ALARMS)
    if drift is not None:
        yield _least("drift of .1 % a value found", drift, _DRIFT)
    if growth is not None:
        yield _most("cost of a value more at 10,000, by that at 100", growth, _GROWTH)


def _least(words, found, limit):
    return Goal(words, found, limit, found >= limit)


def _most(words, found, limit):
    return Goal(words, found, limit, found <= limit)
