"""docs/replay.md: its load file stands as it is."""

import re
from pathlib import Path

from support.access_logs import exact

from suite.config.catalog import from_file
from suite.engine.plan import RoundPlan
from suite.engine.replaying import resolved

TEXT = (Path(__file__).parent.parent.parent / "docs" / "replay.md").read_text()


def test_the_load_file_finds_its_log(tmp_path):
    first, second = re.findall(r"```python\n(.*?)```", TEXT, re.DOTALL)
    (tmp_path / "load_tuesday.py").write_text(first + re.sub("(?m)^  ", "", second))
    (tmp_path / "access.log").write_text("".join(exact(at / 10, f"10.0.0.{at % 7}") for at in range(50)))
    (found,) = from_file(tmp_path / "load_tuesday.py")
    workload = found.workload
    workload.loop = resolved(workload.loop)
    plan = RoundPlan(workload, 1, 1)
    assert plan.groups[0].due == 50
    plan.close()
