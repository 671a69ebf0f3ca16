"""What a backend is told: all that can't work, at once."""

from suite.reference.hotel.settings import HotelSettings


def faults(**values):
    return HotelSettings(database="", redis="", secret="", admin_key="", **values).faults()


def test_what_can_not_work_is_told_with_what_would():
    assert faults() == []
    assert faults(pool_size=0, session_seconds=1.5, pool_overflow=-1) == [
        "pool_size is a whole number from 1, not 0",
        "pool_overflow is a whole number from 0, not -1",
        "session_seconds is a whole number from 1, not 1.5",
    ]
