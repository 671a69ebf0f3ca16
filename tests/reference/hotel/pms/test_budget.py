"""How many retries there may be."""

from suite.reference.hotel.pms.budget import RetryBudget


def test_retries_are_a_share_of_requests_and_a_reserve():
    budget = RetryBudget(0.1, 5)
    spent = 0
    for _ in range(1_000):
        budget.earn()
        while budget.spend():
            spent += 1
    assert 100 <= spent <= 105


def test_what_is_not_spent_is_no_more_than_the_reserve():
    budget = RetryBudget(0.5, 3)
    for _ in range(100):
        budget.earn()
    assert [budget.spend() for _ in range(5)] == [True, True, True, False, False]
