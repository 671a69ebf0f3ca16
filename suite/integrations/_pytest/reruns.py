"""pytest-rerunfailures: a load that failed has failed; one that can't be believed may be tried again."""

from __future__ import annotations

import pytest

from suite.integrations._pytest.verdicts import InvalidLoad


def only_invalid(item: pytest.Item) -> None:
    """Have `item` run again only where it is invalid, as often as it would be for any failure."""
    from pytest_rerunfailures import get_reruns_count

    given = item.get_closest_marker("flaky")
    wanted = {} if given is None else dict(given.kwargs)
    count = get_reruns_count(item)
    if count:
        wanted |= {"reruns": count, "only_rerun": [InvalidLoad.__name__]}
        item.add_marker(pytest.mark.flaky(**wanted), append=False)
