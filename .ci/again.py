"""Ask the tests that failed once more, one by one: `again.py ENVIRONMENT` of tox, right after it failed.

A machine that stood still for a second is so told from a fault. What failed is named, for whoever looks for
tests that can't be relied on. Ends with 0 if all of them pass now; with 1 if one does not, if more than a few
failed, or if what went wrong was no test.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

A_FEW = 5


def main(environment: str) -> int:
    """Run them with the environment's own pytest."""
    folder = Path(".tox", environment).absolute()  # in tox pytest keeps its cache in the environment
    cache = folder / ".pytest_cache" / "v" / "cache" / "lastfailed"
    failed = list(json.loads(cache.read_text())) if cache.is_file() else []
    if not 0 < len(failed) <= A_FEW:
        sys.stderr.write(f"{len(failed)} tests failed: not asked once more\n")
        return 1
    sys.stderr.write("asked once more: " + ", ".join(failed) + "\n")
    once_more = ["--last-failed", "--last-failed-no-failures", "none", "-n", "0", "--maxfail", "1"]
    inside = os.environ | {"TOX_ENV_DIR": str(folder)}
    return (
        1
        if subprocess.run([folder / "bin" / "pytest", *once_more], env=inside, check=False).returncode
        else 0
    )


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
