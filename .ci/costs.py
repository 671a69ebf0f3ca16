"""What operations cost against the commit before, counted: `costs.py [BASE [HEAD]]`.

Ends with 1 if a workload costs more in two comparisons, one after the other. Whatever can't be told (no base,
one that can't count yet, a machine that is too slow) is said and refuses nothing. A cost that is meant to
grow stands in costs-accepted.toml, with its reason.
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

WORKLOADS = ("api/health", "conversation/rapid-cycles")
SECONDS = 180
"""For one comparison of all; a second one only follows one that found something."""
CLEANING = 60
SUITE = str(Path(sys.executable).parent / "suite")
REGRESSION, TOO_LONG = 1, 124


def compared(base: str, head: str) -> int:
    """The exit code of `suite ab --costs`, which says what it found; 124 if it takes too long."""
    argv = [SUITE, "ab", "--costs", base, head, *WORKLOADS, "--operations", "30"]
    with subprocess.Popen(argv) as child:
        try:
            return child.wait(SECONDS)
        except subprocess.TimeoutExpired:
            child.terminate()  # it cleans up after itself
        try:
            child.wait(CLEANING)
        except subprocess.TimeoutExpired:
            child.kill()  # whoever watches over it does
    return TOO_LONG


def main(base: str = "HEAD~1", head: str = "HEAD") -> int:
    """Compare, and once more where something costs more."""
    codes = []
    while len(codes) < 2 and (not codes or codes[-1] == REGRESSION):
        codes.append(compared(base, head))
    if codes == [REGRESSION, REGRESSION]:
        sys.stderr.write(
            "costs: an operation costs more; where that is wanted, say so in costs-accepted.toml\n"
        )
        return 1
    if codes[-1]:
        sys.stderr.write(f"costs: nothing is refused, for it could not be told (exit code {codes[-1]})\n")
    return 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
