"""What the kernel says of processes and their connections."""

import os
import socket
from pathlib import Path

import pytest

from suite.measure.usage import moved, usage


def test_reads_and_faults_of_a_process_add_up():
    own = os.getpid()
    before = usage(own)
    for _ in range(50):
        Path("/proc/self/comm").read_bytes()
    after = usage(own)
    assert before is not None
    assert after is not None
    if before.reads is not None:
        assert after.reads - before.reads >= 50
    assert after.faults >= before.faults
    assert after.switches >= before.switches


def test_of_a_process_that_is_gone_nothing_is_known():
    assert usage(2**22 + 1) is None


def test_bytes_of_connections_are_known_to_the_byte():
    try:
        moved([])
    except OSError as error:
        pytest.skip(f"this kernel does not list connections: {error}")
    with socket.create_server(("127.0.0.1", 0)) as listener:
        client = socket.create_connection(listener.getsockname())
        server, _ = listener.accept()
        with client, server:
            inode = os.fstat(client.fileno()).st_ino
            before = moved([os.getpid()])[inode]
            client.sendall(b"x" * 1000)
            left = 1000
            while left:
                left -= len(server.recv(left))
            server.sendall(b"y" * 3000)
            left = 3000
            while left:
                left -= len(client.recv(left))
            after = moved([os.getpid()])[inode]
            assert after[0] - before[0] == 3000
            assert after[1] - before[1] == 1000  # the answer has acknowledged them
            assert inode not in moved([])
