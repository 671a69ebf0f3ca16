"""`run()`: the rounds of a workload, put together to a Run."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import asdict, replace
from typing import Any

from suite.config.catalog import Reference, reference_to
from suite.config.configured import startable
from suite.config.settings import Settings
from suite.contract.loop import facts
from suite.contract.workload import Workload
from suite.engine.progress import Progress, Silent
from suite.engine.replaying import resolved
from suite.engine.round import RoundInterrupted, run_round
from suite.engine.stop_rules import StopRules
from suite.engine.workload_spec import WorkloadSpec
from suite.errors import ConfigurationError, CutShort, Interrupted
from suite.measure.combine import combine
from suite.measure.record_origin import RecordOrigin
from suite.process.guard import interruptible
from suite.process.redaction import shown_url
from suite.records.keeper import Keeper
from suite.records.reason import Reason
from suite.records.run import TARGET_FAILING, Failure, Round, Run

_REPEATS = 2
"""How often an invalid round is run again. A failed one never is."""


_UNFINISHED = Failure("interrupted", "the command ended before this was whole; what it had measured is kept")
"""Of a Run that is not whole yet, should there be nobody to go on with it."""


class RunInterrupted(Interrupted):
    """A signal ended the run; `run` holds what its rounds had measured, None of nothing."""

    def __init__(self, signal_number: int, run: Run | None) -> None:
        super().__init__(signal_number)
        self.run = run


def run(
    workload: Workload,
    settings: Settings | None = None,
    *,
    reference: Reference | None = None,
    progress: Progress | None = None,
    keeper: Keeper | None = None,
    instruments: Iterable[str] = (),
    stopping: StopRules | None = None,
) -> Run:
    """Run all rounds of `workload`, each with a fresh system, and sum them up.

    `reference` says how a fresh process finds the workload; without it the workload travels by value.
    What is `stopping` ends its load early, and no other round is begun, unless it was invalid.
    `keeper` is given the Run as far as it is, whenever a round begins, and when all have ended.
    `instruments` are what watches every line of whoever started this process; what does so here is seen.
    Call it from the main thread: processes that we start end with the thread that started them.
    Raises ConfigurationError before anything starts, CutShort where that is what a later round meets, and
    RunInterrupted on SIGINT, SIGTERM and SIGHUP.
    """
    settings = settings or Settings()
    actual = startable(workload, settings)
    actual.loop = resolved(actual.loop)
    spec = WorkloadSpec(reference or reference_to(workload), settings)
    watcher = progress or Silent()
    rules = stopping or StopRules()
    origin = RecordOrigin(instruments)
    told = [Reason("instrumented", {"by": ", ".join(origin.instruments)})] if origin.instruments else []
    rounds: list[Round] = []
    repeated: list[Mapping[str, Any]] = []
    invalid: list[Round] = []
    """The round that is taken once more."""

    def summed_up(*last: Round, soon: bool = False) -> Run:
        plan, fields = described(actual, settings, repeated), origin.known() if soon else origin.fields()
        return combine(actual, [*rounds, *last], told=told, plan=plan, **fields)

    def taken(index: int) -> Round:
        if keeper is not None:
            so_far = summed_up(Round(index, failure=_UNFINISHED), soon=True)
            (keeper.keep if rounds or repeated else keeper.begin)(so_far)
        return run_round(spec, index, watcher, keeper=keeper, stopping=replace(rules, before=tuple(rounds)))

    def any_measured() -> bool:
        """Whether a round has ended; one that was not taken again after all counts as it is."""
        if invalid:
            rounds.append(invalid.pop())
            repeated.pop()
        return bool(rounds)

    try:
        with interruptible():
            for index in range(settings.round_count()):
                result = taken(index)
                for _ in range(_REPEATS):
                    if not _repeatable(result):
                        break
                    reasons = [asdict(reason) for reason in result.validity.reasons]
                    repeated.append({"round": index, "reasons": reasons, "metrics": dict(result.metrics)})
                    invalid.append(result)
                    result = taken(index)
                    invalid.clear()
                rounds.append(result)
                watcher.round_ended(workload.name, result)
                if result.failure is not None or result.stopped is not None:
                    break
    except Interrupted as error:
        if isinstance(error, RoundInterrupted):
            found = summed_up(error.round)
        elif any_measured():
            found = summed_up(Round(len(rounds), failure=Failure("interrupted", str(error))))
        else:
            found = None
        raise RunInterrupted(error.exit_code - 128, found) from error
    except ConfigurationError as error:  # a load file that was there is no more
        if not any_measured():
            raise
        last = Round(len(rounds), failure=Failure("worker", str(error)))
        raise CutShort(error, summed_up(last)) from error
    whole = summed_up()
    if keeper is not None:
        keeper.keep(whole)
    return whole


def _repeatable(result: Round) -> bool:
    """Whether a round is worth another try: it was invalid, and nobody asked to be left alone."""
    spared = result.stopped is not None and result.stopped.kind == TARGET_FAILING
    return result.failure is None and not spared and result.validity.verdict == "invalid"


def described(workload: Workload, settings: Settings, repeated: list[Mapping[str, Any]]) -> dict[str, Any]:
    """The plan as plain data: the loop's own fields, workers, parameters, repeated rounds."""
    loop = workload.loop
    fields = {key: value for key, value in facts(loop).items() if value not in (None, ())}
    plan: dict[str, Any] = {**fields, "workers": settings.workers, "seed": settings.seed}
    plan["parameters"] = workload.plain_parameters()
    if workload.retry is not None:
        plan["retry"] = vars(workload.retry)
    if workload.good:
        plan["good"] = dict(workload.good)
    if workload.faults:
        plan["faults"] = [at.described() for at in workload.faults]
    if settings.target is not None:
        plan["target"] = shown_url(settings.target)
    if settings.quick:
        plan["quick"] = True
    if repeated:
        plan["repeated"] = repeated
    return plan
