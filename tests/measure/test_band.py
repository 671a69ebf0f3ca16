"""How many bad operations are usual."""

import pytest

from suite.measure.band import Band


@pytest.mark.parametrize(
    ("count", "most"),
    # scipy.stats.poisson.ppf(0.999, count / 2), but the normal distribution's from a mean of 500
    [(2, 5), (20, 21), (200, 132), (998, 569), (2000, 1098), (20_000, 10_310)],
)
def test_as_many_as_come_by_chance_are_usual_however_many_operations_there_are(count: int, most: int) -> None:
    band = Band(late=1, width=1, share=0.5, worst=0.0)
    assert band.usual(most, count)
    assert not band.usual(most + 1, count)
