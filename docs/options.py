"""The options of every command, out of the app itself."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import typer.main

from suite.cli import COMMANDS, app


def options_page() -> str:
    """A section for each command: what it is for, its arguments and options, its examples."""
    group: Any = typer.main.get_command(app)
    return "\n".join(line for name in COMMANDS for line in _section(name, group.commands[name]))


def _section(name: str, command: Any) -> Iterator[str]:
    yield f"\n## suite {name}\n"
    yield f"{_text(command.help or COMMANDS[name])}\n"
    for parameter in command.params:
        if getattr(parameter, "hidden", False) or parameter.name == "help":
            continue
        names = ", ".join(f"`{one}`" for one in (*parameter.opts, *parameter.secondary_opts))
        argument = parameter.param_type_name == "argument"
        value = parameter.metavar or parameter.name.upper()
        plain = argument or parameter.is_flag
        shown = f"`{value}`" if argument else names if plain else f"{names} `{value}`"
        yield f"- {shown}: {_text(getattr(parameter, 'help', None) or '')}"
    if examples := re.search(r"Examples:\n(.*?)(?:\n\n|\n\x08|\Z)", command.epilog or "", re.DOTALL):
        lines = (line.strip() for line in examples[1].splitlines())
        yield (
            "\n```sh\n" + "\n".join(re.sub(r" {2,}(?=\S)", "  # ", line) for line in lines if line) + "\n```"
        )


def _text(text: str) -> str:
    """Plain text as Markdown: one paragraph."""
    return re.sub(r"([<>*_\\])", r"\\\1", " ".join(text.replace("\x08", "").split()))
