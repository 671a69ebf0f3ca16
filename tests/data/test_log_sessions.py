"""Visits: what one client asks without being away for long."""

import numpy as np

from suite.data.log_sessions import sessions


def test_a_client_that_was_away_begins_a_new_session():
    clients, starts = np.array([7, 3, 7, 7, 3]), np.array([0.0, 1.0, 2.0, 50.0, 51.0])
    number, persons = sessions(clients, starts, 10.0)
    assert number.tolist() == [0, 1, 0, 2, 3]
    assert persons == 2
