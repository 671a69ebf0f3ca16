"""Settings by themselves: merged, for one round, how many rounds."""

from suite import (
    closed_loop,
)
from suite.config.settings import Settings


def test_one_round_of_another_loop() -> None:
    settings = Settings(
        rounds=5, quick=True, users=3, operations=7, each=8, seconds=2.0, rate=9.0, workers=2, seed=4
    )
    loop = closed_loop(2, operations=10)
    assert settings.with_loop(loop) == Settings(rounds=1, workers=2, seed=4, loop=loop)


def test_rounds() -> None:
    assert Settings().round_count() == 3
    assert Settings(quick=True).round_count() == 1
    assert Settings(quick=True, rounds=5).round_count() == 5


def test_merging_keeps_what_is_not_given() -> None:
    settings = Settings(users=3, rounds=2).merged(users=None, rounds=5, target="http://x:1")
    assert (settings.users, settings.rounds, settings.target) == (3, 5, "http://x:1")
