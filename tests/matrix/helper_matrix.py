"""A helper that listens: `helper_matrix.py FOLDER MARK PORT [daemon]`, in whatever environment.

With "daemon" what listens has left its parent's session, and is nobody's child; its parent waits.
"""

import os
import signal
import socket
import sys

from phases_matrix import Phases


def listen(phases, port, who):
    """For ever."""
    phases.note(who, os.getpid())
    phases.hide()
    with socket.create_server(("127.0.0.1", port)) as server:
        while True:
            server.accept()[0].close()


def daemonised():
    """Whether this is what was left of two forks."""
    if os.fork():
        return False
    os.setsid()
    if os.fork():
        os._exit(0)
    null = os.open(os.devnull, os.O_RDWR)
    for descriptor in (0, 1, 2):
        os.dup2(null, descriptor)
    return True


if __name__ == "__main__":
    FOLDER, MARK, PORT, *HOW = sys.argv[1:]
    PHASES = Phases(FOLDER, MARK)
    if not HOW:
        listen(PHASES, int(PORT), "helper")
    elif daemonised():
        PHASES.begin_round()
        listen(PHASES, int(PORT), "daemon")
    else:
        signal.pause()
