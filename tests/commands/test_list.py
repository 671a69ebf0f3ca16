"""`suite list`: what there is to run."""

from support.command import document


def test_listing(command):
    said = command("list", command.example("load_counter.py"))
    assert (said.code, said.err) == (0, "")
    assert "counter/click  closed loop, 1 user, 2,000 operations\n  counts as fast as it can\n" in said.out
    assert "step=1 ratio=0.5 name=x fast=False" in said.out
    assert "depth=3" in said.out
    assert "counter read small write" in said.out


def test_listing_as_json(command):
    click, watch = document(command("list", command.example("load_counter.py"), "--json"))["workloads"]
    assert click["name"] == "counter/click"
    assert click["loop"]["operations"] == 2000
    assert click["operations"] == ["click", "look"]
    assert click["parameters"] == {"step": 1, "ratio": 0.5, "name": "x", "fast": False}
    assert watch["parameters"] == {"depth": 3}


def test_listing_all_that_is_installed(command):
    names = {found["name"] for found in document(command("list", "--json"))["workloads"]}
    assert {name.partition("/")[0] for name in names} >= {"dicom", "conversation", "vision"}
    some = document(command("list", "dicom", "vision/", "--json"))["workloads"]
    assert {found["name"].partition("/")[0] for found in some} == {"dicom", "vision"}
