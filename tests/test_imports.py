"""Imports point down the layers of the house, and the reference systems use the public contract only."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
SUITE = ROOT / "suite"

LAYERS = [
    {"errors", "units"},
    {"process"},
    {
        "outcome",
        "metric",
        "threshold",
        "loop",
        "user",
        "system",
        "workload",
        "histogram",
        "run",
        "evidence",
        "leak",
        "comparison",
        "settings",
        "places",
        "",
    },
    {"measure"},
    {"catalog", "configuration", "planning"},
    {"data", "services", "faults"},
    {"clients"},
    {"engine"},
    {"reference"},
    {"leaks", "history"},
    {"report"},
    {"ab"},
    {
        "session",
        "searching",
        "leaking",
        "abtesting",
        "calibrating",
        "sides",
        "pairing",
        "comparing",
        "historian",
        "importing",
        "exporting",
        "integrations",
    },
    {"historytelling", "blaming"},
    {"narrowing"},
    {"options"},
    {"cli_ab", "cli_calibrate", "cli_capacity", "cli_leaks", "cli_compare", "cli_history"},
    {"cli_blame", "cli_ledger"},
    {"cli"},
]
RANK = {name: rank for rank, names in enumerate(LAYERS) for name in names}
FILES = sorted(SUITE.rglob("*.py"))
PUBLIC = {"", "clients", "services", "faults", "data"}


def imported(path):
    """Full names of what a file imports of ours."""
    package = path.relative_to(ROOT).parent.parts
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names if alias.name.split(".")[0] == "suite")
        elif isinstance(node, ast.ImportFrom):
            base = ".".join(package[: len(package) - node.level + 1]) if node.level else ""
            name = ".".join(part for part in (base, node.module) if part)
            if name.split(".")[0] == "suite":
                yield name


def part_of(name):
    """The first part below suite: "measure" of suite.measure.columns."""
    return name.split(".")[1] if "." in name else ""


def home(path):
    parts = path.relative_to(SUITE).with_suffix("").parts
    return "" if parts == ("__init__",) else parts[0]


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(SUITE)))
def test_imports_point_down(path):
    own = home(path)
    assert own in RANK, f"{own} has no layer; give it one in this test and in the design"
    for name in imported(path):
        assert RANK[part_of(name)] <= RANK[own], f"{path.name} imports {name}, which is above it"


@pytest.mark.parametrize(
    "path", sorted((SUITE / "reference").glob("*/*.py")), ids=lambda path: f"{path.parent.name}/{path.name}"
)
def test_reference_systems_use_the_public_contract_only(path):
    own = f"suite.reference.{path.parent.name}"
    for name in imported(path):
        assert name.startswith(own) or part_of(name) in PUBLIC, f"{path.name} needs a back door: {name}"
        assert part_of(name) != "" or name == "suite", name


def test_importing_suite_is_light():
    """No numpy, no database, no terminal library: a load file starts as fast as a script."""
    heavy = {"numpy", "sqlalchemy", "rich", "typer", "uvloop", "pynetdicom", "pydicom", "asv", "memray"}
    said = subprocess.run(
        [sys.executable, "-c", "import suite, sys; print(*sys.modules)"],
        capture_output=True,
        text=True,
        check=True,
    )
    assert not heavy & set(said.stdout.split())


@pytest.mark.parametrize("system", ["dicom", "conversation", "vision"])
def test_listing_a_system_does_not_load_what_it_runs_on(system):
    said = subprocess.run(
        [sys.executable, "-c", f"import suite.reference.{system}.workloads, sys; print(*sys.modules)"],
        capture_output=True,
        text=True,
        check=True,
    )
    assert not {"pynetdicom", "pydicom"} & set(said.stdout.split())
