"""Text from outside: what a system printed, a document says, a file is called."""

from __future__ import annotations

import re

_RARE = (
    "add-mask|add-matcher|add-path|internal-set-repo-path|remove-matcher|save-state|set-env|set-output"
    "|stop-commands"
)
_USUAL = "debug|echo|endgroup|error|group|notice|warning"
_COMMAND = re.compile(
    rf"(?<=:):(?=(?:{_RARE})(?:::|\s))|(?<=:)(?<![\w>)]:):(?=(?:{_USUAL})(?:::|\s))"
    rf"|(?<=#)#(?=\[(?:{_RARE}|{_USUAL})[\s\]])",
    re.IGNORECASE,
)
"""The second sign of what begins a command to GitHub's runner, but for names in code (std::error::Error)."""

_BEGUN = re.compile(
    rf"^((?:[^\S\n]|\x1b\[[\d;]*m)*:):(?=(?:{_RARE}|{_USUAL})(?:::|\s))", re.IGNORECASE | re.MULTILINE
)


def clean(text: str) -> str:
    """`text` from outside without what would steer a terminal, or the runner of GitHub that reads it."""
    shown = "".join(c if c.isprintable() or c in "\n\t" else repr(c)[1:-1] for c in text)
    return _COMMAND.sub(lambda found: f"\\x{ord(found[0]):x}", shown)


def without_begun_commands(text: str) -> str:
    """`text` as it is printed: no line of it begins a command to that runner, wherever a name in code was
    folded.
    """
    return _BEGUN.sub(r"\1\\x3a", text)
