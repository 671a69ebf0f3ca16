"""Values of the named parameters of a workload and of its system, as `--set` and a file give them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from suite.contract.secret import Secret
from suite.contract.workload import Workload
from suite.errors import ConfigurationError, Faults
from suite.process.redaction import shown_value


def set_values(workload: Workload, values: Mapping[str, Any]) -> None:
    """Give `values` to `workload` and its system. Raises ConfigurationError with all faults."""
    system, own = dict(workload.system.parameters), dict(workload.parameters)
    faults = Faults()
    for name, value in values.items():
        with faults.collected():
            into = system if name in system else own
            if name not in into:
                known = ", ".join(sorted({*system, *own})) or "none"
                raise ConfigurationError(f"{workload.name} has no parameter {name!r}; it has: {known}")
            into[name] = _like(name, value, into[name])
    faults.check()
    workload.parameters = own
    if system != workload.system.parameters:
        workload.system = workload.system.changed(**system)


def _like(name: str, value: Any, model: Any) -> Any:
    """`value`, if it is text from a command line, as the type of the default it replaces."""
    if isinstance(model, Secret):
        return Secret(value)
    if not isinstance(value, str) or isinstance(model, str) or model is None:
        return value
    said, shown = f"--set {name}={shown_value(name, value)}", shown_value(name, repr(model))
    if isinstance(model, bool):
        if value.lower() in ("1", "true", "yes", "on"):
            return True
        if value.lower() in ("0", "false", "no", "off"):
            return False
        raise ConfigurationError(f"{said}: yes or no is wanted")
    if isinstance(model, list | tuple | set | frozenset | Mapping):
        raise ConfigurationError(f"{said}: a value like {shown} can only be given in a configuration file")
    try:
        return type(model)(value)
    except (TypeError, ValueError) as error:
        raise ConfigurationError(
            f"{said}: a value like {shown} ({type(model).__name__}) is wanted"
        ) from error
