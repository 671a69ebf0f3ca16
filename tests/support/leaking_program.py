"""A real program that leaks, and imports little."""

from examples.load_null import Asker
from support.processes import EXAMPLES

from suite import Command, Workload, closed_loop

DIES = """
import os, sys
if os.environ["LOADLEDGER_AGENT_MODE"] in "MODES".split():
    sys.exit("no thank you")
sys.path.insert(0, sys.argv.pop(1))
from little_leaky import main
main()
"""


def program(behaviour, size, *, script=EXAMPLES / "little_leaky.py", more=()):
    """Four users of a program that leaks and imports little."""
    words = ["{python}", str(script), *more, "--port={port}", f"--behaviour={behaviour}", f"--size={size}"]
    return Workload(f"little/{behaviour}", Command(words), Asker, loop=closed_loop(4, operations=50))


def dies_under(modes, folder):
    """The same, 100 bytes a request; it does not start in these of the agent's modes."""
    script = folder / "dies.py"
    script.write_text(DIES.replace("MODES", modes))
    return program("python", 100, script=script, more=[str(EXAMPLES)])
