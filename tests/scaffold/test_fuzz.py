"""Whatever a description of requests says, a load file has it as literals, and is valid."""

import ast
import json
import os
import random
from pathlib import Path
from typing import Any

import pytest
import yaml
from scaffold.test_har import VISIT
from scaffold.test_openapi import SHOP
from support.fuzzing import ODD, mutated_bytes, mutated_data

from suite.errors import ConfigurationError
from suite.scaffold.curl import read_curl
from suite.scaffold.described import requests_subject
from suite.scaffold.har import read_har
from suite.scaffold.openapi import read_openapi
from suite.scaffold.project import Project
from suite.scaffold.texts import texts

CASES = 10 * int(os.environ.get("LOADLEDGER_EXAMPLES", "10"))
HOSTILE = (
    *ODD, "class", "import", "None", "__import__('os').system('id')", 'a"""\nimport os\n"""',
    "a\\\nimport os", "x\u2028import os", "x\x85import os", "x\rimport os", "{self.http}", "{{", "}",
    "\ud800", "«name»", "‹% x %›", "@MARK@", "${{ x }}", "# a", "'", '"', "\\", "%s%n", "self", "journey",
    "http", "operation", "STEPS", "{" * 50, "#/components/schemas/Item", "http://there.example/x.json#/a",
    10**400,
)  # fmt: skip
CURL = b"""curl 'https://shop.example/items?token=abc&page=1' -H 'Authorization: Bearer abc' --compressed
curl -X PUT "https://shop.example/items/1" -H $'X-Odd: a\\'b' --json '{"a": [1, {"b": "c"}]}'
curl https://shop.example/up -F 'file=@a.png' -F note=x -b 'sid=1' -u ann:secret
"""
KNOWN = {
    "Command", "Http", "Remote", "Secret", "STEPS", "Threshold", "User", "Visitor", "Workload", "asyncio",
    "float", "open_loop", "operation", "os", "quote", "self", "shop", "step", "system",
}  # fmt: skip
"""All names that a load file of ours reads."""
SHOP_DATA, VISIT_DATA = yaml.safe_load(SHOP), json.loads(VISIT)
PROJECT = Project(Path("/nowhere"), "shop", "python", "", ("-e", "."))


def described(target: str, chance: random.Random) -> Any:
    match target:
        case "openapi":
            return read_openapi(json.dumps(mutated_data(SHOP_DATA, chance, HOSTILE), default=str))
        case "yaml":
            return read_openapi(mutated_bytes(SHOP.encode(), chance).decode("utf-8", "replace"))
        case "har":
            return read_har(json.dumps(mutated_data(VISIT_DATA, chance, HOSTILE)))
    return read_curl(mutated_bytes(CURL, chance).decode("utf-8", "replace"))


@pytest.mark.parametrize("target", ["openapi", "yaml", "har", "curl"])
def test_a_load_file_has_what_a_document_says_as_literals_only(target: str) -> None:
    chance = random.Random(target)
    sound = 0
    for number in range(CASES):
        state = chance.getstate()
        try:
            subject = requests_subject(described(target, chance), None)
        except ConfigurationError:
            continue
        except Exception as error:
            chance.setstate(state)
            raise AssertionError(f"case {number} of {target}") from error
        sound += 1
        written = texts(PROJECT, subject, "latency")["load_shop.py"]
        tree = ast.parse(written)  # raises SyntaxError
        read = {
            one.id for one in ast.walk(tree) if isinstance(one, ast.Name) and isinstance(one.ctx, ast.Load)
        }
        assert read <= KNOWN, f"case {number}: {written}"
        imports = sum(isinstance(one, ast.Import | ast.ImportFrom) for one in ast.walk(tree))
        assert imports <= 5, written
    assert sound > 0
