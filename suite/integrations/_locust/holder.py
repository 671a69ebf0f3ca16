"""`holder.py`: holds what a test on Locust has told until now, and has it kept when nothing more comes.

It is a process of its own in a session of its own, so that a `kill -9` of Locust, or of its group, loses
nothing; and imports nothing of ours, so that it takes little of the machine while there is load. Its status
is that of the Run.
"""

import subprocess
import sys


def main() -> None:
    """Take a document of a line in place of the one before, to the end."""
    last = b""
    for line in sys.stdin.buffer:
        if line.endswith(b"\n"):  # whoever wrote half of one was killed
            last = line
    if last:
        keep = [sys.executable, "-P", "-m", "suite.integrations._locust.keep"]
        sys.exit(subprocess.run(keep, input=last, check=False).returncode)


if __name__ == "__main__":
    main()
