"""Text from outside steers nothing."""

from __future__ import annotations

import pytest

from suite.foreign_text import clean


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("::error::x", ":\\x3aerror::x"),
        ("a\n  ::stop-commands::x", "a\n  :\\x3astop-commands::x"),
        ("::Notice file=a,line=1::x", ":\\x3aNotice file=a,line=1::x"),
        ("aaa::add-mask::x", "aaa:\\x3aadd-mask::x"),  # where a table folds it a line may begin with it
        ("x ##[group]y", "x #\\x23[group]y"),
        ("Box<dyn std::error::Error>, ::std::vector, [::1]:80, a::b ## [x]", None),
        ("a.py::test_echo, Self::debug::x, error::x", None),
    ],
)
def test_what_is_shown_gives_no_command_to_the_runner_of_github(text: str, shown: str | None) -> None:
    assert clean(text) == (shown or text)
    assert clean(clean(text)) == clean(text)
