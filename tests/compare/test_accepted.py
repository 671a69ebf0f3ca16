"""Costs that are meant to grow."""

import pytest
from support.costs import make_cost, make_costs

from suite.compare.accepted import FILE, Acceptance, accepted, newly_accepted, read_acceptances
from suite.compare.bills import compare_bills
from suite.errors import ConfigurationError
from suite.report.reasons import words
from suite.report.verdict import change_text

ENTRY = """
[[accepted]]
workload = "shop/browse"
metric = "instructions"
most = "8%"
reason = "checks every price now"
"""
OTHER = ENTRY.replace("8%", "3%").replace("every price", "the stock")


def grown(instructions, statements=1.0):
    """What head costs more than a base of 1,000,000 instructions and one statement."""
    sides = [
        make_costs(costs={"cost.instructions": make_cost(one), "cost.statements": make_cost(other)})
        for one, other in ((1e6, 1.0), (instructions, statements))
    ]
    metrics = ["cost.instructions", "cost.statements"]
    return compare_bills(sides[:1], sides[1:], metrics=metrics)


@pytest.fixture
def write(tmp_path):
    """Write the file of a side; where it is."""

    def written(text, side="head"):
        (tmp_path / side).mkdir(exist_ok=True)
        file = tmp_path / side / FILE
        file.write_text(text)
        return file

    return written


def test_what_is_accepted_is_no_regression_and_says_why(write):
    found = accepted(grown(1.07e6), read_acceptances(write(ENTRY)))
    assert found.verdict == "same"
    [change, _] = found.changes
    assert change_text(change).plain == "accepted"
    assert change.head == 1.07e6, "the change itself is still told"
    assert [words(note) for note in found.notes] == [
        "cost.instructions: costs more, as it is meant to: checks every price now"
    ]


@pytest.mark.parametrize(
    ("found", "verdict"),
    [
        (grown(1.0801e6), "regression"),  # more than was wanted
        (grown(1.07e6, 2.0), "regression"),  # and something else besides
        (grown(0.9e6), "improvement"),
        (grown(1e6), "same"),
    ],
)
def test_nothing_else_is_accepted(write, found, verdict):
    assert accepted(found, read_acceptances(write(ENTRY))).verdict == verdict


def test_other_workloads_are_not_meant():
    wanted = [Acceptance("shop/buy", "cost.instructions", "why")]
    assert accepted(grown(1.07e6), wanted).verdict == "regression"


def test_amounts_and_no_limit():
    by_two = Acceptance("shop/browse", "cost.statements", "why", "2")
    assert accepted(grown(1e6, 3.0), [by_two]).verdict == "same"
    assert accepted(grown(1e6, 3.1), [by_two]).verdict == "regression"
    without = Acceptance("shop/browse", "cost.statements", "why")
    assert accepted(grown(1e6, 99.0), [without]).verdict == "same"


def test_an_entry_is_for_the_change_that_it_comes_with(write):
    base, head = write(ENTRY, "base"), write(ENTRY + OTHER)
    assert [one.reason for one in newly_accepted(base, head)] == ["checks the stock now"]
    assert newly_accepted(head, head) == ()
    assert newly_accepted(base, head.with_name("none")) == ()


def test_what_base_says_badly_accepted_nothing(write):
    assert len(newly_accepted(write("[[accepted]", "base"), write(ENTRY))) == 1


def test_all_faults_are_told_at_once(write):
    text = (
        "more = 1\n"
        + ENTRY.replace("reason", "because")
        + '[[accepted]]\nworkload = 7\nmetric = "p99"\nreason = "x"\n'
    )
    with pytest.raises(ConfigurationError) as error:
        read_acceptances(write(text))
    assert str(error.value).splitlines() == [
        "costs-accepted.toml: more is not known; it has tables [[accepted]]",
        "costs-accepted.toml, entry 1: because is not known; it has: workload, metric, most, reason",
        "costs-accepted.toml, entry 1: reason is missing",
        "costs-accepted.toml, entry 2: workload has to be a text",
    ]


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ('"instructions"', "p99 is no cost that can be counted: cost.instructions"),
        ('"8%"', "minimum effect of cost.instructions"),
        ('"8%" =', "costs-accepted.toml: "),
    ],
)
def test_bad_entries_are_refused(write, change, said):
    bad = {'"instructions"': '"p99"', '"8%"': '"much"'}.get(change, "= =")
    text = ENTRY.replace(change.removesuffix(" ="), bad)
    with pytest.raises(ConfigurationError, match=said):
        read_acceptances(write(text))
