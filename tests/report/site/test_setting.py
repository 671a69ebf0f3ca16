"""Names of settings: what reads alike says what differs."""

from dataclasses import replace

import pytest
from support.published import make_stored_run
from support.sites import COMMITS, PLAN, read, store


@pytest.mark.parametrize(
    "other",
    [
        {"plan": {**PLAN, "rate": 400.0}},
        {"plan": {**PLAN, "quick": True}},
        {"plan": {**PLAN, "parameters": {"size": 2}}},
        {"environment": {"cpu": "another", "cores": 4}},
    ],
)
def test_other_plans_and_machines_are_series_of_their_own(place, other):
    runs = [make_stored_run(index, COMMITS[index]) for index in range(4)]
    store(place, *runs, replace(make_stored_run(4, COMMITS[4]), **other))
    story = read(place)["shop/browse"]
    assert len(story.settings) == 2
    assert [len(story.of(setting)[0].points) for setting in story.settings] == [4, 1]


def test_another_seed_is_the_same_series(place):
    runs = [make_stored_run(index, COMMITS[index]) for index in range(2)]
    store(place, *(replace(run, plan={**run.plan, "seed": index}) for index, run in enumerate(runs)))
    assert len(read(place)["shop/browse"].settings) == 1


def names_of(place, *runs):
    store(place, *(replace(run, id=f"{index:04}", commit=COMMITS[index]) for index, run in enumerate(runs)))
    return sorted(read(place)["shop/browse"].settings)


@pytest.mark.parametrize(
    ("one", "other", "ends"),
    [
        ({"parameters": {"size": 1}}, {"parameters": {"size": 2}}, ["size = 1", "size = 2"]),
        ({"busy": "drop"}, {}, ["busy drop", "s"]),
        ({"rate": 1000.1}, {"rate": 1000.2}, ["rate 1000.1", "rate 1000.2"]),
    ],
)
def test_settings_that_read_alike_say_what_differs(place, one, other, ends):
    run = make_stored_run(0, "")
    names = names_of(place, *(replace(run, plan={**PLAN, **plan}) for plan in (one, other)))
    assert len(set(names)) == 2
    assert all(any(name.endswith(end) for name in names) for end in ends)


def test_machines_that_read_alike_say_what_differs(place):
    run = make_stored_run(0, "")
    kinds = [{"container": "docker", "memory": 16e9}, {"container": "none", "memory": 16e9},
             {"container": "docker", "memory": 64e9}]  # fmt: skip
    names = names_of(place, *(replace(run, environment={**run.environment, **kind}) for kind in kinds))
    assert [name.partition("container ")[2] for name in names] == [
        "docker, memory 16 GB", "docker, memory 64 GB", "none, memory 16 GB",
    ]  # fmt: skip


def test_a_setting_that_starts_like_another_is_called_what_it_is(place):
    run = make_stored_run(0, "")
    longer = replace(run, plan={**PLAN, "workers": 2})
    names = names_of(place, longer, run)
    assert names[1] == f"{names[0]}, 2 workers"
