"""That every code of evidence is documented, and every one in use is in the catalogue."""

import ast
import re
from pathlib import Path
from typing import Final

from extproc.classify.codes import CODES, conclude, seen
from extproc.model.intent import Intent

_ROOT: Final = Path(__file__).parents[2]


def documented() -> dict[str, tuple[float, str]]:
    text = (_ROOT / "docs" / "detectors.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| `(\w+)` \| ([\d.]+) \| (.+) \|$", text, re.MULTILINE)
    return {code: (float(score), meaning) for code, score, meaning in rows}


def test_the_documented_codes_are_those_of_the_catalogue() -> None:
    assert documented() == CODES


def test_every_code_that_is_used_is_in_the_catalogue_and_every_one_there_is_used() -> None:
    used: set[str] = set()
    for path in (_ROOT / "extproc" / "classify").glob("*.py"):
        if path.name != "codes.py":
            constants = (
                node for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))) if isinstance(node, ast.Constant)
            )
            used |= {node.value for node in constants if isinstance(node.value, str)}
    assert not CODES.keys() - used


def test_the_most_severe_evidence_gives_class_and_score() -> None:
    evidence = seen(
        [("name_verb", Intent.READ), ("sql_destroy", Intent.DESTRUCTIVE), ("name_generic", Intent.DESTRUCTIVE)], "x"
    )
    found = conclude(evidence)
    assert found.intent is Intent.DESTRUCTIVE
    assert found.score == CODES["sql_destroy"][0]
