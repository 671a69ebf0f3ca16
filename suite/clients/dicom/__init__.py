"""A C-STORE client that costs next to nothing: pre-encoded P-DATA on an asyncio protocol.

```python
template = ct()
association = await Association.connect(host, port, instances=template)
status = await association.store(template.uid(user, number))
await association.release()
```
"""

from suite.clients.dicom.association import Association
from suite.clients.dicom.errors import (
    AssociationAborted,
    AssociationRejected,
    DicomError,
    OutOfResources,
    PhaseTimeout,
    StoreFailed,
)

__all__ = [
    "Association", "AssociationAborted", "AssociationRejected", "DicomError",
    "OutOfResources", "PhaseTimeout", "StoreFailed",
]  # fmt: skip
