"""Where Loadledger came from: what is written must not install a program that is only called so."""

import json
from types import SimpleNamespace

import pytest

from suite.errors import ConfigurationError
from suite.scaffold.origin import in_a_container, installed_from, is_here_only, place_of, requirement


@pytest.fixture
def installed(monkeypatch):
    def by(direct_url):
        text = None if direct_url is None else json.dumps(direct_url)
        found = SimpleNamespace(read_text={"direct_url.json": text}.get)
        monkeypatch.setattr("suite.scaffold.origin.distribution", {"loadledger": found}.get)

    return by


@pytest.mark.parametrize(
    ("direct_url", "wanted", "here_only"),
    [
        (None, "loadledger[ab,asv]", False),
        (
            {"url": "file:///wheels/l.whl", "archive_info": {}},
            "loadledger[ab,asv] @ file:///wheels/l.whl",
            True,
        ),
        (
            {"url": "file:///clone", "dir_info": {"editable": True}},
            "loadledger[ab,asv] @ file:///clone",
            True,
        ),
        (
            {"url": "https://host/l", "vcs_info": {"vcs": "git", "commit_id": "3f2a"}},
            "loadledger[ab,asv] @ git+https://host/l@3f2a",
            False,
        ),
    ],
)
def test_it_is_installed_from_where_it_was(installed, direct_url, wanted, here_only):
    installed(direct_url)
    origin = installed_from()
    assert requirement(origin, ["ab", "asv"]) == wanted
    assert is_here_only(origin) == here_only
    assert requirement(None) == "loadledger"


def test_a_container_is_given_what_only_this_machine_has(installed):
    installed({"url": "file:///my%20own/clone", "dir_info": {}})
    assert in_a_container("all") == ("-v '/my own/clone:/clone' ", "/clone[all]")
    installed({"url": "https://host/l.whl", "archive_info": {}})
    assert in_a_container("all") == ("", "loadledger[all] @ https://host/l.whl")


@pytest.mark.parametrize(
    "url", ["loadledger", "http://[x", "git+https://host/a b", "https://host/'", 'https://host/"$(x)"']
)
def test_what_is_no_place_is_refused(url):
    with pytest.raises(ConfigurationError, match=r"--from .*: a URL is wanted, like git"):
        place_of(url)
    assert place_of("git+https://host/l@main") == "git+https://host/l@main"
    assert place_of("git+ssh://git@host/l@main") == "git+ssh://git@host/l@main"


@pytest.mark.parametrize(
    "url",
    [
        "git+https://me:hunter2@host/l",
        "git+https://ghp_hunter2hunter2hunter2hunter2hunter@host/l",
        "https://host/l.whl?token=hunter2hunter2",
    ],
)
def test_no_password_is_written_into_files_that_are_to_be_committed(installed, url):
    with pytest.raises(ConfigurationError, match=r"--from .* was given with a password or a token") as caught:
        place_of(url)
    assert "hunter2" not in str(caught.value)
    installed({"url": url, "archive_info": {}})
    assert "hunter2" not in str(installed_from())
