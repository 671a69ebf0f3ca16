"""Imports point down the folders of the house, and the reference systems use the public contract only."""

import ast
import functools
import subprocess
import sys
from pathlib import Path

import pytest

import suite

ROOT = Path(__file__).parent.parent
SUITE = ROOT / "suite"

FOLDERS = [
    ("cli", "__main__"),
    ("commands",),
    ("integrations",),
    ("ab",),
    ("report",),
    ("compare",),
    ("ledger",),
    ("formats",),
    ("leaks", "capacity", "costs", "resilience", "soak"),
    ("scaffold",),
    ("reference",),
    ("engine",),
    ("measure",),
    ("clients", "data", "faults", "services"),
    ("config",),
    ("stats",),
    ("__init__", "contract"),
    ("records",),
    ("process",),
    ("errors", "foreign_text", "units", "files", "git"),
]
"""Top to bottom; what is in one row may import each other, and what stands below."""
RANK = {name: -row for row, names in enumerate(FOLDERS) for name in names}
FILES = sorted(SUITE.rglob("*.py"))
MODULES = {
    ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__"): path for path in FILES
}
FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda)
PUBLIC = {"__init__", "clients", "services", "faults", "data"}
SHARED = {"api": ("backend",), "dicom": ("backend",), "hotel": ("backend",)}
"""What reference systems have in common, below suite/reference/ too."""


@functools.cache
def parsed(path):
    return ast.parse(path.read_text())


def outside_functions(node):
    """What runs when a module is imported."""
    for each in ast.iter_child_nodes(node):
        if not isinstance(each, FUNCTIONS):
            yield each
            yield from outside_functions(each)


def modules(path):
    """Full names of the modules that a file needs of ours to be imported, those for types included."""
    for name, names in statements(path, outside_functions(parsed(path))):
        inside = {f"{name}.{each}" for each in names} & MODULES.keys()
        yield from inside or {name}


def imported(path):
    """Full names of what a file imports of ours."""
    return (name for name, _ in statements(path, ast.walk(parsed(path))))


def statements(path, nodes):
    """Each import of ours: from where, what."""
    package = path.relative_to(ROOT).parent.parts
    for node in nodes:
        if isinstance(node, ast.Import):
            yield from ((alias.name, ()) for alias in node.names if alias.name.split(".")[0] == "suite")
        elif isinstance(node, ast.ImportFrom):
            base = ".".join(package[: len(package) - node.level + 1]) if node.level else ""
            name = ".".join(part for part in (base, node.module) if part)
            if name.split(".")[0] == "suite":
                yield name, [alias.name for alias in node.names]


def part_of(name):
    """The first part below suite: "measure" of suite.measure.columns."""
    return name.split(".")[1] if "." in name else "__init__"


def home(path):
    return path.relative_to(SUITE).with_suffix("").parts[0]


def test_imports_point_down():
    unknown = {home(path) for path in FILES} - RANK.keys()
    assert not unknown, "these have no row; give them one here and in docs/architecture.md"
    upwards = [
        f"{path.relative_to(SUITE)} imports {name}, which is above it"
        for path in FILES
        for name in imported(path)
        if RANK[part_of(name)] > RANK[home(path)]
    ]
    assert upwards == []


def test_pages_share_what_stands_beside_them():
    """A page's folder is its own: what the site and a report both have is in charts/ or right in report/."""
    crossed = [
        f"{path.relative_to(SUITE)} imports {name}"
        for path in sorted((SUITE / "report").rglob("*.py"))
        for page in ("site", "html")
        for name in imported(path)
        if name.startswith(f"suite.report.{page}.") and path.parent.name != page
    ]
    assert crossed == []


def test_no_file_imports_itself_by_a_detour():
    left = {name: {other for other in modules(path) if other != name} for name, path in MODULES.items()}
    while ends := [name for name, needs in left.items() if not needs & left.keys()]:
        for name in ends:
            del left[name]
    above = set(left)
    while starts := {name for name in above if not any(name in left[other] for other in above)}:
        above -= starts
    assert not above, "these import each other in a circle"


def test_reference_systems_use_the_public_contract_only():
    back_doors = [
        f"{path.relative_to(SUITE)} needs a back door: {name}"
        for path in sorted((SUITE / "reference").glob("*/**/*.py"))
        for name in imported(path)
        if not name.startswith(own_of(path.relative_to(SUITE / "reference").parts[0]))
        if part_of(name) not in PUBLIC or (part_of(name) == "__init__" and name != "suite")
    ]
    assert back_doors == []


def own_of(system):
    """Where the modules are that a reference system may use beside the contract."""
    return tuple(f"suite.reference.{one}" for one in (system, *SHARED.get(system, ())))


def test_importing_suite_is_light():
    """No numpy, no database, no terminal library: a load file starts as fast as a script."""
    heavy = {"numpy", "sqlalchemy", "rich", "typer", "uvloop", "pynetdicom", "pydicom", "asv", "memray"}
    heavy |= {"multiprocess", "dill", "asyncio", "http.client"}
    said = subprocess.run(
        [sys.executable, "-c", "import suite, sys; print(*sys.modules)"],
        capture_output=True,
        text=True,
        check=True,
    )
    assert not heavy & set(said.stdout.split())


def test_a_recording_is_part_of_the_contract_and_comes_with_numpy_when_asked_for():
    said = subprocess.run(
        [sys.executable, "-c", "from suite import Recording; import sys; print('numpy' in sys.modules)"],
        capture_output=True,
        text=True,
        check=True,
    )
    assert said.stdout.strip() == "True"
    assert "Recording" in suite.__all__


@pytest.mark.parametrize("system", ["api", "dicom", "conversation", "hotel", "vision"])
def test_listing_a_system_does_not_load_what_it_runs_on(system):
    said = subprocess.run(
        [sys.executable, "-c", f"import suite.reference.{system}.workloads, sys; print(*sys.modules)"],
        capture_output=True,
        text=True,
        check=True,
    )
    heavy = {"pynetdicom", "pydicom", "fastapi", "uvicorn", "sqlalchemy.ext.asyncio", "asyncpg", "limits"}
    assert not heavy & set(said.stdout.split())


def test_a_public_class_name_means_one_thing():
    names = [
        node.name
        for path in FILES
        for node in parsed(path).body
        if isinstance(node, ast.ClassDef) and not node.name.startswith("_")
    ]
    assert sorted({name for name in names if names.count(name) > 1}) == []
