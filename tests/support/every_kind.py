"""A record of every kind that documents have."""

from support.capacities import make_capacity
from support.costs import make_costs
from support.overloads import make_recovery
from support.records import make_calibration, make_search
from support.resiliences import make_resilience
from support.runs import make_comparison, make_run
from support.soaks import make_soak

RECORDS = {
    "run": make_run(),
    "leaks": make_search(),
    "capacity": make_capacity(),
    "costs": make_costs(),
    "comparison": make_comparison(),
    "ab": make_comparison(id="0ab0"),
    "calibration": make_calibration(),
    "resilience": make_resilience(),
    "recovery": make_recovery(),
    "soak": make_soak(),
}
