"""pynetdicom's SCU with TCP_NODELAY: PORT FOLDER. Prints the seconds of CPU and of time that sending took."""

import socket
import sys
from pathlib import Path

from pydicom import dcmread
from pynetdicom import AE, evt
from told import told


def quick(event):
    event.assoc.dul.socket.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)


def main(port, folder):
    entity = AE()
    entity.add_requested_context("1.2.840.10008.5.1.4.1.1.2", "1.2.840.10008.1.2.1")
    association = entity.associate(
        "127.0.0.1", int(port), evt_handlers=[(evt.EVT_CONN_OPEN, quick)], max_pdu=131_072
    )
    with told():
        for path in sorted(Path(folder).iterdir()):
            status = association.send_c_store(dcmread(path)).get("Status")
            if status != 0:
                raise SystemExit(f"{path.name}: {status}")
    association.release()


if __name__ == "__main__":
    main(*sys.argv[1:])
