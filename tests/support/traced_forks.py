"""Two forked workers that share the operations and leak at one call site; killed in the end."""

import os
import signal
import socket
import sys

from traced_marks import SIZE, WINDOWS, mark, recording

KEPT, OWN = [], []


def in_a_fork():
    KEPT.append(bytes(1000))


def in_the_parent():
    OWN.append(bytes(300))


def work(tasks):
    while tasks.recv(1):
        for _ in range(SIZE // 2):
            in_a_fork()
        tasks.send(b"d")


def hired():
    """A worker and the socket that it takes orders from."""
    ours, theirs = socket.socketpair()
    pid = os.fork()
    if pid == 0:
        ours.close()
        work(theirs)
        os._exit(0)
    return pid, ours


if __name__ == "__main__":
    with recording(sys.argv[1]):
        workers = [hired(), hired()]
        mark(0)
        for _ in range(WINDOWS):
            for _, tasks in workers:
                tasks.send(b"g")
            for _, tasks in workers:
                tasks.recv(1)
            for _ in range(SIZE):
                in_the_parent()
            mark(SIZE)
        for pid, _ in workers:
            os.kill(pid, signal.SIGKILL)
            os.waitpid(pid, 0)
