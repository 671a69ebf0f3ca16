"""What is tried: fresh starts that should agree, a commit against itself, changes that are planted."""

from dataclasses import dataclass

from studies.costs.planted import CHANGES

REPEATED = {
    "conversation/rapid-cycles": 0.003,
    "vision/match-500": 0.003,
    "dicom/receive": 0.01,  # its threads take turns as the kernel likes
    "shop/browse": 0.003,
}
"""By how much instructions of fresh starts may lie from their median."""
EXACT = "cost.statements"
JUDGES = ("costs", "median", "pytest-benchmark", "time")
"""`suite ab --costs`; the median of plain requests; pytest-benchmark's compare; `suite ab`."""
ITSELF = "itself"
TRIALS, TRIALS_OF_ITSELF = 20, 50


@dataclass(frozen=True)
class Cell:
    """One row of trials: of a `case`, by a `judge`; of fresh starts by nobody."""

    case: str
    judge: str = ""
    trials: int = TRIALS

    @property
    def name(self):
        """As it is chosen and kept."""
        return f"{self.case}@{self.judge}" if self.judge else self.case


def cells(judges=JUDGES, cases=()):
    """All that there are, of these judges and cases."""
    every = [Cell(workload) for workload in REPEATED]
    for judge in judges:
        every.append(Cell(ITSELF, judge, TRIALS_OF_ITSELF))
        every += [Cell(change, judge) for change in CHANGES]
    return [cell for cell in every if not cases or cell.case in cases]
