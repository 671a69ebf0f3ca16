"""The bytes of C-STORE and nothing else: PORT SIZE COUNT. Prints the seconds of CPU and of time that it took.

One blocking socket: each instance is one `sendall` of the same request, each answer one `recv`. Nothing is
numbered, read or waited for by an event loop, so that what is left is the kernel's work for these bytes.
"""

import socket
import sys

from told import told

from suite.clients.dicom import pdu
from suite.clients.dicom.store_request import StoreRequest
from suite.data.ct import ct


def main(port, size, count):
    template = ct(size)
    request = pdu.associate_request(
        [pdu.Context(template.sop_class, template.transfer_syntax)],
        called="ANY-SCP", calling="LOADLEDGER", max_pdu=16_384,
    )  # fmt: skip
    with socket.create_connection(("127.0.0.1", port)) as peer:
        peer.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        peer.sendall(request)
        accepted = pdu.parse_accept(peer.recv(65_536)[6:])
        uid = template.uid(0, 0)
        store = StoreRequest(
            1, template.sop_class, uid, template.dataset, template.uid_offset, accepted.max_pdu
        )
        store.patch(1, uid)
        data = bytes(store.buffer)
        peer.sendall(data)
        head = peer.recv(6, socket.MSG_WAITALL)
        length = int.from_bytes(head[2:], "big")
        peer.recv(length, socket.MSG_WAITALL)
        with told():
            for _ in range(count):
                peer.sendall(data)
                assert len(peer.recv(6 + length, socket.MSG_WAITALL)) == 6 + length
        peer.sendall(pdu.RELEASE_REQUEST)
        peer.recv(1_000)


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
