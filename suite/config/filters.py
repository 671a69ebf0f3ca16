"""What leaves workloads out, and operations of those that stay."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from suite.contract.workload import Workload
from suite.errors import ConfigurationError


@dataclass(frozen=True, slots=True)
class Filters:
    """What each says must hold, where it says anything.

    `match`: the name has one of these in it, in any case, or its alias is one. `tags`: the workload, or an
    operation of each of its users, carries one of them; `exclude_tags`: it carries none, and operations that
    do are left out. `categories`: it is in one of them, by name or title. `skip`: it is none of these, by its
    whole name, the part after the first slash, or its alias.
    """

    match: Sequence[str] = ()
    tags: Sequence[str] = ()
    exclude_tags: Sequence[str] = ()
    categories: Sequence[str] = ()
    skip: Sequence[str] = ()

    def __bool__(self) -> bool:
        return any((self.match, self.tags, self.exclude_tags, self.categories, self.skip))

    def chosen(self, workloads: Sequence[Workload]) -> list[Workload]:
        """Those of `workloads` that stay. Raises ConfigurationError with all that leads to nothing."""
        if faults := list(self._unknown(workloads)):
            raise ConfigurationError.of(faults)
        found = [workload for workload in workloads if self._lets(workload)]
        if not found:
            raise ConfigurationError("no workload is left after the filters; see: suite list")
        return found

    def skipped_operations(self, workload: Workload) -> frozenset[str]:
        """Operations that the tags leave out of a workload that stays in.

        If the workload itself carries a wanted tag all its operations stay, but for excluded ones.
        """
        operations = [o for user in workload.users for o in user.operations() if o.weight]
        skipped = {o.name for o in operations if not o.tags.isdisjoint(self.exclude_tags)}
        if self.tags and _own_tags(workload).isdisjoint(self.tags):
            skipped |= {o.name for o in operations if o.tags.isdisjoint(self.tags)}
        return frozenset(skipped)

    def _unknown(self, workloads: Sequence[Workload]) -> Iterator[str]:
        tags = sorted({tag for workload in workloads for tag in workload.all_tags()})
        for tag in sorted({*self.tags, *self.exclude_tags}.difference(tags)):
            yield f"no workload has the tag {tag!r}; tags: {', '.join(tags)}"
        known = dict.fromkeys(one.category for one in workloads if one.category is not None)
        for text in self.categories:
            if not any(category.known_as(text) for category in known):
                names = ", ".join(f"{category.name} ({category.title})" for category in known) or "none"
                yield f"no workload is in the category {text!r}; categories: {names}"
        for text in self.skip:
            if not any(_is_called(workload, text) for workload in workloads):
                yield f"no workload to skip is called {text!r}; see: suite list"

    def _lets(self, workload: Workload) -> bool:
        category = workload.category
        if self.categories and not (category and any(category.known_as(text) for text in self.categories)):
            return False
        if any(_is_called(workload, text) for text in self.skip):
            return False
        return self._tagged(workload) and named_like(workload.name, self.match)

    def _tagged(self, workload: Workload) -> bool:
        if not _own_tags(workload).isdisjoint(self.exclude_tags):
            return False
        skipped = self.skipped_operations(workload)
        return all(
            any(o.weight and o.name not in skipped for o in user.operations()) for user in workload.users
        )


ALL = Filters()
"""Those that leave nothing out."""


def alias(name: str) -> str:
    """What a test function for the workload of this name would be called: a second name for filters."""
    return "test_" + re.sub(r"\W", "_", name.partition("/")[2] or name)


def named_like(name: str, texts: Sequence[str]) -> bool:
    """Whether -k chooses it: one of `texts`, if any, is a part of its name, in any case, or its alias."""
    return not texts or any(text.lower() in name.lower() or text == alias(name) for text in texts)


def those_like(names: Sequence[str], texts: Sequence[str]) -> list[str]:
    """Those of `names` that are like one of `texts`. Raises ConfigurationError if none is."""
    found = [name for name in names if named_like(name, texts)]
    if names and not found:
        raise ConfigurationError(
            f"no workload's name has {' or '.join(texts)}; there are: {', '.join(dict.fromkeys(names))}"
        )
    return found


def _own_tags(workload: Workload) -> frozenset[str]:
    return workload.tags | {workload.name.partition("/")[0]}


def _is_called(workload: Workload, text: str) -> bool:
    return text in (workload.name, workload.name.partition("/")[2], alias(workload.name))
