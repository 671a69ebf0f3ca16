"""What a CPU limit took, by control groups of either version."""

from pathlib import Path

import pytest

from suite.measure.throttling import Throttling, own_groups, throttling

NEW = "usage_usec 900\nnr_periods 50\nnr_throttled {times}\nthrottled_usec {spent}\n"
OLD = "nr_periods 50\nnr_throttled {times}\nthrottled_time {spent}\n"


def written(root: Path, *files: tuple[str, str]) -> None:
    for place, text in files:
        path = root / place / "cpu.stat"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)


@pytest.mark.parametrize(
    ("groups", "files", "expected"),
    [
        ("0::/\n", [("", NEW.format(times=7, spent=340_000))], Throttling(7, 0.34)),
        (
            "0::/pod/box\n",
            [("pod/box", NEW.format(times=0, spent=0)), ("pod", NEW.format(times=7, spent=340_000))],
            Throttling(7, 0.34),  # the limit is the pod's
        ),
        (
            "3:memory:/x\n2:cpu,cpuacct:/x\n0::/\n",
            [("cpu,cpuacct/x", OLD.format(times=7, spent=340_000_000))],
            Throttling(7, 0.34),
        ),
        ("1:cpu:/x\n", [("cpu", OLD.format(times=1, spent=1_000_000))], Throttling(1, 0.001)),
        ("0::/\n", [("", "usage_usec 900\n")], None),  # a group without a limit
        ("0::/\n", [("", "nonsense\n")], None),
        ("0::/elsewhere\n", [], None),
    ],
)
def test_what_a_limit_took(
    tmp_path: Path, groups: str, files: list[tuple[str, str]], expected: Throttling | None
) -> None:
    (tmp_path / "groups").write_text(groups)
    written(tmp_path / "fs", *files)
    found = throttling(own_groups(tmp_path / "fs", tmp_path / "groups"))
    assert found == (expected if expected is None else pytest.approx(expected))


def test_where_nothing_tells_of_groups(tmp_path: Path) -> None:
    assert own_groups(tmp_path, tmp_path / "groups") == []
    assert throttling([]) is None
