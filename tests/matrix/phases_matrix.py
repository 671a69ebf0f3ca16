"""What a cell's processes have in common: they can be held in a phase, their children are hard to find."""

import asyncio
import os
import subprocess
import time
from pathlib import Path


class Phases:
    """Those of a cell in `folder`; `mark` is the name of hidden children."""

    def __init__(self, folder, mark):
        self.folder = Path(folder)
        self._mark = mark

    def begin_round(self):
        """One more system is started."""
        with (self.folder / "starts").open("a") as file:
            file.write(".")

    def note(self, who, pid):
        """Whose process it is."""
        self._put(who, pid)

    def _put(self, name, pid):
        early = self.folder / f"early-{os.getpid()}"
        early.write_text(str(pid))
        early.replace(self.folder / name)

    def held(self, phase):
        """Whether it is to be held in this phase now, and says so; "at-PHASE" has who is there.

        The file "hold-PHASE" has the number of the round that is meant, 0 for any.
        """
        try:
            wanted = int((self.folder / f"hold-{phase}").read_text())
        except (OSError, ValueError):
            return False
        if wanted and (self.folder / "starts").stat().st_size < wanted:
            return False
        here = self.folder / f"at-{phase}"
        if not here.exists():
            self._put(here.name, os.getpid())
        return True

    def wait(self, phase):
        """As long as it is held."""
        while self.held(phase):
            time.sleep(0.01)

    async def attend(self, phase):
        """The same, while others go on."""
        while self.held(phase):
            await asyncio.sleep(0.01)

    def hide(self, seconds="600"):
        """A child that leaves our session and has no environment: its name alone says whose it is."""
        subprocess.Popen([self._mark, seconds], executable="/bin/sleep", env={}, start_new_session=True)
