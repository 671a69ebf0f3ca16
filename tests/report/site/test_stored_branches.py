"""In which order what the ledger gives is drawn, and of which branches."""

from datetime import datetime

import pytest
from support.histories import commit, git, repository
from support.published import make_stored_run
from support.sites import COMMITS, commits_of, page_of, read, store

from suite.report.site.lineage import Lineage
from suite.report.site.stored import add_ledger


def test_runs_come_in_the_order_of_their_commits(place):
    shas = repository(place.parent, 3)
    store(place, *(make_stored_run(index, sha) for index, sha in enumerate(reversed(shas))))
    assert commits_of(read(place)["shop/browse"]) == shas


def test_without_git_runs_come_by_their_start(place):
    store(place, *(make_stored_run(index, COMMITS[index]) for index in (2, 0, 1)))
    assert commits_of(read(place)["shop/browse"]) == COMMITS[:3]


@pytest.mark.parametrize("commit", [None, "f" * 40])
def test_one_run_that_git_does_not_know_leaves_the_others_in_order(place, commit):
    shas = repository(place.parent, 3)
    store(place, *(make_stored_run(index, sha) for index, sha in enumerate([*reversed(shas), commit])))
    story = read(place)["shop/browse"]
    assert commits_of(story) == shas
    if commit is None:
        assert story.notes == ["1 Run without a commit can be in no history"]
        assert len(story.briefs) == 4
    else:
        assert story.left == {story.settings[0]: {commit}}
        assert "Left out: 1 commit of other branches." in page_of(story)


def test_commits_of_other_branches_are_in_no_history(place):
    shas = repository(place.parent, 3)
    git(place.parent, "checkout", "-q", "-b", "scratch", shas[1])
    sides = [commit(place.parent) for _ in range(2)]
    git(place.parent, "checkout", "-q", "main")
    store(place, *(make_stored_run(index, sha) for index, sha in enumerate([*shas, *sides])))
    story = read(place, "main")["shop/browse"]
    assert commits_of(story) == shas
    assert {brief.commit for brief in story.briefs} == {*shas}
    assert story.latest.commit == shas[-1]
    assert "Left out: 2 commits of other branches." in page_of(story)
    assert commits_of(read(place, "scratch")["shop/browse"]) == [*shas[:2], *sides]


def test_a_workload_of_another_branch_only_has_no_history(place):
    shas = repository(place.parent, 2)
    git(place.parent, "checkout", "-q", "-b", "scratch")
    side = commit(place.parent)
    git(place.parent, "checkout", "-q", "main")
    store(place, make_stored_run(0, shas[0]), make_stored_run(1, side, workload="shop/new"))
    story = read(place, "main")["shop/new"]
    assert (story.graphs, story.briefs) == ([], [])
    assert "Left out: 1 commit of other branches" in page_of(story)


def test_what_a_shallow_clone_lacks_is_older(place):
    shas = repository(place.parent, 4)
    (place.parent / ".git" / "shallow").write_text(f"{shas[2]}\n")
    store(place, *(make_stored_run(index, sha) for index, sha in enumerate([*shas[2:], *shas[:2]])))
    assert commits_of(read(place)["shop/browse"]) == shas


def test_of_several_branches_each_has_histories_of_its_own(place):
    shas = repository(place.parent, 3)
    git(place.parent, "checkout", "-q", "-b", "old", shas[0])
    side = commit(place.parent)
    git(place.parent, "checkout", "-q", "main")
    store(place, *(make_stored_run(index, sha) for index, sha in enumerate([*shas, side])))
    stories = {}
    names = ("main", "old")
    add_ledger(stories, place, [Lineage(name, place.parent, name=name) for name in names])
    story = stories["shop/browse"]
    found = {setting: [p.commit for p in story.of(setting)[0].points] for setting in story.settings}
    assert {setting.rpartition(", ")[2]: commits for setting, commits in found.items()} == {
        "main": shas,
        "old": [shas[0], side],
    }
    assert len(story.briefs) == 4


def test_a_point_has_the_date_of_its_commit(place):
    shas = repository(place.parent, 2)
    store(place, make_stored_run(0, shas[1]), make_stored_run(1, "e" * 40))
    (point,) = read(place)["shop/browse"].graphs[0].points
    made = int(git(place.parent, "log", "-1", "--format=%ct", shas[1]))
    assert datetime.fromisoformat(point.when).timestamp() == made
