"""A counter over time that forgets what nobody asks for any more."""

from suite.measure.track import Track


def test_what_came_after_is_known_to_the_sample_when_what_was_before_is_forgotten():
    track = Track()
    for at in range(10):
        track.add(at, 3 * at)
    track.forget(5)
    assert track.times == [4, 5, 6, 7, 8, 9]
    assert track.within(5, 9) == 12
    track.forget(0)
    assert len(track.times) == 6
    track.forget(100)
    assert track.times == [9]
    assert track.within(0, 9) is None
