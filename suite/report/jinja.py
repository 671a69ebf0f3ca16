"""Jinja2 as all of our pages want it: everything is escaped, and words are made as everywhere else."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from suite.foreign_text import clean
from suite.report.reasons import words
from suite.report.words import many, percent, plan_words, quantity, short_commit, title
from suite.units import format_quantity


def environment(folder: Path) -> Environment:
    """For the templates in `folder`."""
    made = Environment(
        loader=FileSystemLoader(folder),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        finalize=_plain,
    )
    made.filters.update(
        words=words, quantity=format_quantity, measured=quantity, title=title, date=_date, plan=plan_words,
        percent=percent, short=short_commit, many=many,
    )  # fmt: skip
    return made


def _plain(value: Any) -> Any:
    """Text without what would steer; markup is ours, and made of such."""
    return clean(value) if isinstance(value, str) and not isinstance(value, Markup) else value


def _date(text: str) -> str:
    return text[:16].replace("T", " ")
