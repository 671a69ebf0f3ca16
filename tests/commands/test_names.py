"""Names and subjects from outside that look like markup, in what commands say of a history."""

import json

import pytest
from support.histories import fill, git, repository, runs

NAME = "shop/[/db]x"


@pytest.fixture
def shas(command):
    """A history of `NAME` that is slower from one of its commits on."""
    shas = repository(command.folder, 40)
    fill(command.folder, *runs(shas, NAME, step=20))
    return shas


def test_the_commands_about_a_history_take_names_as_they_are(command, shas):
    everything = command("history")
    assert (everything.code, everything.err) == (0, "")
    assert f"{NAME}  response.p50" in everything.out
    assert command("history", "response.p50", "-k", NAME).out.startswith(f"{NAME} response.p50  lower")
    accepted = command("accept", "response.p50", shas[20], "--reason", "[/why]")
    assert f"accepted  {NAME} response.p50" in accepted.out
    assert "accepted: [/why]" in command("history").out


def test_blame_shows_subjects_as_they_are(command):
    before = repository(command.folder, 20)
    after = []
    for at in range(12):
        git(command.folder, "commit", "-q", "--allow-empty", "-m", f"[/red] fix [b]it {at}")
        after.append(git(command.folder, "rev-parse", "HEAD"))
    fill(command.folder, *runs([*before, *after], NAME, step=len(before)))
    said = command("blame", "response.p50")
    assert (said.code, said.err) == (0, "")
    assert said.out.startswith(f"{NAME} response.p50")
    assert "measured      [/red] fix [b]it 0" in said.out


def test_a_document_keeps_names_as_they_are(command, shas):
    [event] = json.loads(command("history", "--all", "--json", "-").out)["events"]
    assert {one["workload"] for one in event["moved"]} == {NAME}
