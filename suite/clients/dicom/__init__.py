"""A C-STORE client that costs next to nothing: pre-encoded P-DATA on an asyncio protocol.

```python
template = ct()
association = await Association.connect(host, port, instances=template)
status = await association.store(template.uid(user, number))
await association.release()
```
And the other side of it, a node that takes what is sent:
```python
async with StoreNode(lambda instance: 0x0000, port=11112) as node:
    ...
```
"""

from suite.clients.dicom.association import Association
from suite.clients.dicom.errors import (
    AssociationAborted,
    AssociationRejected,
    ContextRefused,
    DicomError,
    OutOfResources,
    PhaseTimeout,
    StoreFailed,
)
from suite.clients.dicom.store_node import ReceivedInstance, StoreNode

__all__ = [
    "Association", "AssociationAborted", "AssociationRejected", "ContextRefused", "DicomError",
    "OutOfResources", "PhaseTimeout", "ReceivedInstance", "StoreFailed", "StoreNode",
]  # fmt: skip
