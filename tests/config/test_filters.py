"""What leaves workloads out, and operations of those that stay."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from suite import Category, Component, User, Workload, closed_loop, operation
from suite.config.filters import Filters, alias
from suite.errors import ConfigurationError


class Tagged(User):
    @operation(tags={"read"})
    def look(self): ...

    @operation(tags={"write", "slow"})
    def click(self): ...

    @operation
    def plain(self): ...

    @operation(weight=0, tags={"read"})
    def nested(self): ...


def tagged(name="tagged/all", **options):
    return Workload(name, Component(dict), Tagged, loop=closed_loop(1, operations=1), **options)


TAGS = st.sets(st.sampled_from(["read", "write", "slow", "tagged", "mine", "other"])).map(tuple)
KNOWN = {"read", "write", "slow", "tagged", "mine"}


@given(TAGS, TAGS, st.booleans())
def test_operations_are_left_out_by_their_tags_alone(wanted, unwanted, own):
    workload = tagged(tags={"mine"} if own else ())
    skipped = Filters(tags=wanted, exclude_tags=unwanted).skipped_operations(workload)
    carried = {"tagged"} | ({"mine"} if own else set())
    for one in Tagged.operations():
        out = bool(one.tags & set(unwanted))
        if wanted and not carried & set(wanted):
            out = out or not one.tags & set(wanted)
        assert (one.name in skipped) == (out and one.weight > 0)


@given(TAGS, TAGS)
def test_what_is_chosen_has_something_to_run(wanted, unwanted):
    workload = tagged(tags={"mine"})
    filters = Filters(tags=tuple(KNOWN & set(wanted)), exclude_tags=tuple(KNOWN & set(unwanted)))
    left = {"look", "click", "plain"} - filters.skipped_operations(workload)
    if left and not {"mine", "tagged"} & set(unwanted):
        assert filters.chosen([workload]) == [workload]
    else:
        with pytest.raises(ConfigurationError, match="no workload is left after the filters"):
            filters.chosen([workload])


PMS = Category("pms", "PMS Connector Load Testing", ("PMS connector",))
NETWORK = Category("network", "Network Failure Simulation")
ALL = [
    tagged("hotel/lookup", category=PMS),
    tagged("hotel/failover", category=PMS),
    tagged("hotel/partition", category=NETWORK),
    tagged("hotel/mixed"),
]


def left(**filters):
    return [workload.name.removeprefix("hotel/") for workload in Filters(**filters).chosen(ALL)]


@pytest.mark.parametrize("text", ["pms", "PMS connector load testing", "pms CONNECTOR"])
def test_a_category_goes_by_its_name_and_its_titles_in_any_case(text):
    assert left(categories=[text]) == ["lookup", "failover"]


def test_several_categories_are_put_together_and_what_has_none_is_out():
    assert left(categories=["network", "pms"]) == ["lookup", "failover", "partition"]


def test_workloads_are_skipped_by_whole_names_and_by_what_follows_the_system():
    assert left(skip=["hotel/lookup", "mixed"]) == ["failover", "partition"]


def test_what_a_test_function_would_be_called_is_a_second_name():
    assert alias("hotel/pms-partition") == "test_pms_partition"
    assert alias("single") == "test_single"
    assert left(skip=["test_lookup", "test_mixed"]) == ["failover", "partition"]
    assert left(match=["test_lookup", "fail"]) == ["lookup", "failover"]
    with pytest.raises(ConfigurationError, match="called 'test_look'"):
        left(skip=["test_look"])
    with pytest.raises(ConfigurationError, match="no workload is left"):
        left(match=["test_look"])


def test_what_leads_to_nothing_is_all_told_at_once():
    with pytest.raises(ConfigurationError) as told:
        Filters(tags=["no"], categories=["pms", "audio"], skip=["look"]).chosen(ALL)
    first, second, third = str(told.value).splitlines()
    assert first == "no workload has the tag 'no'; tags: hotel, read, slow, write"
    assert second == (
        "no workload is in the category 'audio'; categories: pms (PMS Connector Load Testing), "
        "network (Network Failure Simulation)"
    )
    assert third == "no workload to skip is called 'look'; see: suite list"


def test_where_no_workload_has_a_category_that_is_told():
    with pytest.raises(ConfigurationError, match="'pms'; categories: none"):
        Filters(categories=["pms"]).chosen([ALL[-1]])
