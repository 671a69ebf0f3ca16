"""Record: a result of any kind, as documents and the ledger keep it."""

from __future__ import annotations

from suite.records.calibration import Calibration
from suite.records.capacity import Capacity
from suite.records.comparison import Comparison
from suite.records.leak import LeakSearch
from suite.records.run import Run

Record = Run | LeakSearch | Capacity | Comparison | Calibration
