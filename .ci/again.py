"""Ask the tests that failed once more, one by one: `again.py ENVIRONMENT` of tox, right after it failed.

A machine that stood still for a second is so told from a fault. What failed is named, for whoever looks for
tests that can't be relied on. Ends with 0 if all of them pass now; with 1 if one does not, if more than a few
failed, or if what went wrong was no test.
"""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

A_FEW = 5
FAILED = Path(".pytest_cache", "v", "cache", "lastfailed")


def main(environment: str) -> int:
    """Run them with the environment's own pytest."""
    failed = list(json.loads(FAILED.read_text())) if FAILED.is_file() else []
    if not 0 < len(failed) <= A_FEW:
        sys.stderr.write(f"{len(failed)} tests failed: not asked once more\n")
        return 1
    sys.stderr.write("asked once more: " + ", ".join(failed) + "\n")
    pytest = Path(".tox", environment, "bin", "pytest")
    once_more = ["--last-failed", "--last-failed-no-failures", "none", "-n", "0", "--maxfail", "1"]
    return 1 if subprocess.run([pytest, *once_more], check=False).returncode else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
