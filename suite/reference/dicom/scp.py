"""A C-STORE SCP on pynetdicom, tuned by what its source and measurements say."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from socketserver import BaseServer
from typing import Any

from suite.clients.dicom.store_node import LIMIT_EXCEEDED
from suite.reference.dicom.slots import AssociationSlots
from suite.reference.dicom.store_messages import StoreMessage, StoreMessages
from suite.reference.dicom.tuning import before_release, tune, untune

SUCCESS = 0x0000
OUT_OF_RESOURCES = 0xA700
CANNOT_UNDERSTAND = 0xC000
PROCESSING_FAILURE = 0xC211

# Few, since pynetdicom copies all supported contexts deeply for every association.
SOP_CLASSES = (
    "1.2.840.10008.5.1.4.1.1.2",  # CT
    "1.2.840.10008.5.1.4.1.1.4",  # MR
    "1.2.840.10008.5.1.4.1.1.1",  # CR
    "1.2.840.10008.5.1.4.1.1.1.1",  # DX, for presentation
    "1.2.840.10008.5.1.4.1.1.6.1",  # ultrasound
    "1.2.840.10008.5.1.4.1.1.7",  # secondary capture
)
_VERIFICATION = "1.2.840.10008.1.1"
TRANSFER_SYNTAXES = (
    "1.2.840.10008.1.2.1",  # explicit VR little endian
    "1.2.840.10008.1.2",  # implicit VR little endian
    "1.2.840.10008.1.2.5",  # RLE
    "1.2.840.10008.1.2.4.50",  # JPEG baseline
    "1.2.840.10008.1.2.4.70",  # JPEG lossless
    "1.2.840.10008.1.2.4.80",  # JPEG-LS lossless
    "1.2.840.10008.1.2.4.90",  # JPEG 2000 lossless
    "1.2.840.10008.1.2.4.91",  # JPEG 2000
)
"""What the gateway takes, and forwards as it is: it never recodes."""
_WITHOUT_LIMIT = 1 << 30


@dataclass(frozen=True, slots=True)
class Request:
    """What a C-STORE brought: `dataset` is a view of the encoded bytes exactly as they came,
    until it is handled."""

    sop_class: str
    uid: str
    transfer_syntax: str
    dataset: memoryview


def listening_socket(port: int, backlog: int = 128) -> socket.socket:
    """Listens on `port` of the loopback interface, for any number of StoreScp in this and other processes."""
    listener = socket.create_server(("127.0.0.1", port), backlog=backlog)
    listener.setblocking(False)  # all are told of one who comes, and one of them gets it
    return listener


class StoreScp:
    """Accepts on `listener`, which it closes, and calls `handle(request) -> status` per C-STORE.

    `handle` runs in one thread per association. Who finds no free one of `slots` is answered LIMIT_EXCEEDED.
    `max_pdu` is the largest P-DATA we ask for. Use `with`; leaving it waits for running handlers up to
    `grace` seconds and closes.
    """

    def __init__(
        self,
        handle: Callable[[Request], int],
        listener: socket.socket,
        *,
        title: str,
        slots: AssociationSlots,
        max_pdu: int = 131_072,
        grace: float = 0.5,
    ) -> None:
        from pynetdicom import AE, _config, evt
        from pynetdicom.transport import ThreadedAssociationServer

        _config.LOG_HANDLER_LEVEL = "none"
        self._handle = handle
        self._grace = grace
        self._slots = slots
        self._running = _Running()
        entity = AE(ae_title=title)
        entity.maximum_associations = _WITHOUT_LIMIT  # its own is per process, and counts who has left
        entity.maximum_pdu_size = max_pdu
        for sop_class in SOP_CLASSES:
            entity.add_supported_context(sop_class, list(TRANSFER_SYNTAXES))
        entity.add_supported_context(_VERIFICATION)

        class Listener(ThreadedAssociationServer):
            daemon_threads = True

            def server_bind(self) -> None:
                if self.socket is not None:  # one of its own
                    self.socket.close()
                self.socket, self.server_address = listener, listener.getsockname()

            def server_activate(self) -> None:
                """It listens already."""

        handlers: Sequence[Any] = (
            (evt.EVT_CONN_OPEN, tune),
            (evt.EVT_REQUESTED, self._requested),
            (evt.EVT_CONN_CLOSE, self._closed),
        )
        self._entity = entity
        self._listener = entity.make_server(
            listener.getsockname(), evt_handlers=list(handlers), server_class=Listener
        )
        self._thread = threading.Thread(
            target=self._listener.serve_forever, args=(0.05,), name="dicom-listener", daemon=True
        )

    @property
    def port(self) -> int:
        """The port that it listens on."""
        return int(self._listener.server_address[1])

    def __enter__(self) -> StoreScp:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        # Not pynetdicom's own shutdown, which expects a server that it started by itself.
        BaseServer.shutdown(self._listener)
        self._listener.server_close()
        self._thread.join(1.0)
        self._running.drain(self._grace)

    def _requested(self, event: Any) -> None:
        association = event.assoc
        slot = self._slots.take()
        if slot is None:
            association.acse.send_reject(*LIMIT_EXCEEDED)
            association.kill()
            return
        association.suite_slot = slot
        before_release(association, lambda: self._free(association))
        StoreMessages(association, self._store, PROCESSING_FAILURE)

    def _closed(self, event: Any) -> None:
        untune(event)
        self._free(event.assoc)

    def _free(self, association: Any) -> None:
        slot = vars(association).pop("suite_slot", None)  # once: the next one may have it already
        if slot is not None:
            self._slots.free(slot)

    def _store(self, message: StoreMessage, syntax: str) -> int:
        # Bytes whose view outlives them, in an error's traceback, are a fault of their own from 3.13 on.
        with self._running, message.dataset.getbuffer() as dataset:
            command = message.command
            return self._handle(Request(command.sop_class, command.uid, syntax, dataset))


class _Running:
    """Counts handlers at work, so that an end can wait for them."""

    def __init__(self) -> None:
        self._count = 0
        self._changed = threading.Condition()

    def __enter__(self) -> None:
        with self._changed:
            self._count += 1

    def __exit__(self, *_: object) -> None:
        with self._changed:
            self._count -= 1
            self._changed.notify_all()

    def drain(self, seconds: float) -> bool:
        """Wait until none is at work; whether that came true in time."""
        with self._changed:
            return self._changed.wait_for(lambda: self._count == 0, seconds)
