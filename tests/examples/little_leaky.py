"""The least of a server that leaks: it imports next to nothing, so that all its objects are soon looked at.

    python little_leaky.py --port=8000 --behaviour=python --size=100

It answers "." to each "?", as leaky.py does.
"""

import itertools
import os
import select
import signal
import socket
import sys

remembered = []


def remember_python(held, size):
    remembered.append(os.urandom(size))


def remember_in_connection(held, size):
    """Gone when the connection is."""
    held.append(os.urandom(size))


def remember_malloc(held, size):
    """Nothing in Python knows of this."""
    import ctypes

    malloc = ctypes.CDLL(None).malloc
    malloc.restype, malloc.argtypes = ctypes.c_void_p, [ctypes.c_size_t]
    ctypes.memset(malloc(size), 1, size)


asked_for = itertools.count(1)


def remember_descriptor(held, size):
    """Every twentieth request leaves a file open."""
    if next(asked_for) % 20 == 0:
        os.open(os.devnull, os.O_RDONLY)


BEHAVIOURS = {
    "python": remember_python,
    "held": remember_in_connection,
    "malloc": remember_malloc,
    "descriptor": remember_descriptor,
}


def serve(port, request, size):
    with socket.create_server(("127.0.0.1", port)) as listener:
        poll = select.poll()
        poll.register(listener, select.POLLIN)
        connections = {}
        while True:
            for number, _ in poll.poll():
                if number == listener.fileno():
                    connection, _ = listener.accept()
                    connections[connection.fileno()] = connection, []
                    poll.register(connection, select.POLLIN)
                    continue
                connection, held = connections[number]
                asked = connection.recv(4096)
                for _ in asked:
                    request(held, size)
                if asked:
                    connection.sendall(b"." * len(asked))
                else:
                    poll.unregister(connection)
                    connections.pop(number)[0].close()


def main():
    options = dict(word.removeprefix("--").split("=") for word in sys.argv[1:])
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    serve(int(options["port"]), BEHAVIOURS[options["behaviour"]], int(options["size"]))


if __name__ == "__main__":
    main()
