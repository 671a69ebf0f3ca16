"""C-STORE the short way: pynetdicom's association, without its conversions of every command set."""

from __future__ import annotations

import traceback
from collections.abc import Callable
from dataclasses import dataclass
from io import BytesIO
from typing import Any

from suite.clients.dicom.dimse import C_STORE_RQ, CommandSet, parse_command, response_to
from suite.clients.errors import ProtocolError

_COMMAND, _LAST = 1, 2  # bits of a fragment's control header


@dataclass(frozen=True, slots=True)
class StoreMessage:
    """A C-STORE-RQ that came, its dataset encoded as it was sent."""

    command: CommandSet
    dataset: BytesIO


class StoreMessages:
    """Takes over what an accepted `association` does with a C-STORE: `answer(message, syntax)` is its status.

    pynetdicom makes a data set of each command set, a primitive of that, and the other way round for the
    answer, checking every value: half of all the time that an instance costs. Other messages go its way.
    """

    def __init__(self, association: Any, answer: Callable[[StoreMessage, str], int], failure: int) -> None:
        self._association = association
        self._answer = answer
        self._failure = failure
        self._theirs = False  # a message that is no C-STORE has not ended
        self._begin()
        dimse = association.dimse
        self._receive, self._get = dimse.receive_primitive, dimse.get_msg
        dimse.receive_primitive, dimse.get_msg = self.receive, self.get

    def receive(self, primitive: Any) -> None:
        """Take a P-DATA primitive, in the network thread."""
        if self._theirs or not self._stores(primitive):
            self._receive(primitive)
            if any(
                data[0] & (_COMMAND | _LAST) == _LAST for _, data in primitive.presentation_data_value_list
            ):
                self._theirs = False

    def get(self, block: bool = False) -> tuple[int | None, Any]:
        """Answer what comes, in the association's thread, until something else does, or nothing."""
        while True:
            context_id, message = self._get(block)
            if not isinstance(message, StoreMessage):
                return context_id, message
            context = self._association._accepted_cx.get(context_id)
            if context is None:
                self._association.abort()
                return None, None
            self._send(context_id, response_to(message.command, self._status(message, context)))

    def _status(self, message: StoreMessage, context: Any) -> int:
        try:
            return self._answer(message, str(context.transfer_syntax[0]))
        except Exception:  # noqa: BLE001  # whatever it was, the sender must get a status
            traceback.print_exc()
            return self._failure

    def _stores(self, primitive: Any) -> bool:
        """Whether `primitive` is, as far as can be seen, of a C-STORE, and taken."""
        for context_id, data in primitive.presentation_data_value_list:
            fragment, last = memoryview(data)[1:], data[0] & _LAST
            if data[0] & _COMMAND:
                self._encoded += fragment
                if last and not self._commanded():
                    self._hand_over()
                    return False
            elif self._command is not None:
                self._dataset.write(fragment)
                if last:
                    message = StoreMessage(self._command, self._dataset)
                    self._begin()
                    self._association.dimse.msg_queue.put((context_id, message))
        if self._command is None and self._encoded:
            self._waiting.append(primitive)
        return True

    def _begin(self) -> None:
        self._encoded = bytearray()
        self._command: CommandSet | None = None
        self._dataset = BytesIO()
        self._waiting: list[Any] = []

    def _commanded(self) -> bool:
        try:
            command = parse_command(bytes(self._encoded))
        except ProtocolError:
            return False  # which pynetdicom finds too, and says so to the peer
        if command.field == C_STORE_RQ and command.has_dataset:
            self._command, self._waiting = command, []
            return True
        self._theirs = command.has_dataset
        return False

    def _hand_over(self) -> None:
        """Let pynetdicom have what waited of a message that is no C-STORE."""
        waiting = self._waiting
        self._begin()
        for earlier in waiting:
            self._receive(earlier)

    def _send(self, context_id: int, command: bytes) -> None:
        from pynetdicom.pdu_primitives import P_DATA

        most = self._association.dimse.maximum_pdu_size
        size = most - 6 if most else len(command)
        for at in range(0, len(command), size):
            control = _COMMAND | (_LAST if at + size >= len(command) else 0)
            data = P_DATA()
            data.presentation_data_value_list.append(
                (context_id, bytes((control,)) + command[at : at + size])
            )
            self._association.dul.send_pdu(data)
