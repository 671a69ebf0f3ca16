"""Record: a result of any kind, as documents and the ledger keep it."""

from __future__ import annotations

from collections.abc import Mapping

from suite.records.calibration import Calibration
from suite.records.capacity import Capacity
from suite.records.comparison import Comparison
from suite.records.costs import CostBill
from suite.records.leak import LeakSearch
from suite.records.overload import OverloadRecovery
from suite.records.resilience import Resilience
from suite.records.run import Run
from suite.records.soak import Soak

Record = (
    Run | LeakSearch | Capacity | CostBill | Comparison | Calibration | Resilience | Soak | OverloadRecovery
)
RECORDS: Mapping[str, type[Record]] = {
    one.KIND: one
    for one in (
        Run,
        LeakSearch,
        Capacity,
        CostBill,
        Comparison,
        Calibration,
        Resilience,
        Soak,
        OverloadRecovery,
    )
}
"""By the names of their kinds."""
