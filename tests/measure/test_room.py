"""What is left of memory and disk."""

import pytest

from suite.measure.room import disk_left, memory_left


def laid_out(folder, files):
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)


@pytest.mark.parametrize(
    ("groups", "files", "left"),
    [
        ("", {}, 8_000 * 1024),
        ("0::/a/b\n", {"a/memory.max": "5000\n", "a/memory.current": "4000\n"}, 1_000),
        (
            "0::/a\n",
            {
                "a/memory.max": "5000",
                "a/memory.current": "4000",
                "a/memory.stat": "anon 9\ninactive_file 700\n",
            },
            1_700,
        ),
        ("0::/a\n", {"a/memory.max": "max\n", "a/memory.current": "4000\n"}, 8_000 * 1024),
        (
            "4:memory:/x\n3:cpu:/\n",
            {"memory/x/memory.limit_in_bytes": "900\n", "memory/x/memory.usage_in_bytes": "1000\n"},
            0,
        ),
    ],
)
def test_memory_is_what_machine_and_container_have_left(tmp_path, groups, files, left):
    laid_out(
        tmp_path / "proc", {"meminfo": "MemTotal: 9000 kB\nMemAvailable: 8000 kB\n", "self/cgroup": groups}
    )
    laid_out(tmp_path / "cgroup", files)
    assert memory_left(tmp_path / "cgroup", tmp_path / "proc") == left


def test_where_nothing_tells_nothing_is_known(tmp_path):
    assert memory_left(tmp_path, tmp_path) is None
    assert disk_left(tmp_path / "none") is None
    assert (disk_left(tmp_path) or 0) > 0
    assert (memory_left() or 0) > 0
