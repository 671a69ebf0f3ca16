"""As many bytes over the loopback as C-STORE takes, and a short answer to each: SIZE COUNT."""

import os
import socket
import sys


def take(listener, size):
    """Read `size` bytes, answer with as many as a C-STORE-RSP has, until the end."""
    peer, _ = listener.accept()
    peer.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    buffer = memoryview(bytearray(1 << 20))
    while True:
        left = size
        while left:
            read = peer.recv_into(buffer[: min(left, len(buffer))])
            if not read:
                return
            left -= read
        peer.send(bytes(150))


def main(size, count):
    listener = socket.create_server(("127.0.0.1", 0))
    if os.fork() == 0:
        take(listener, size)
        os._exit(0)
    peer = socket.create_connection(listener.getsockname())
    peer.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    data = bytes(size)
    for _ in range(count):
        peer.sendall(data)
        peer.recv(1_000)
    peer.close()


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
