"""`envoy/README.md`: the values it has are those that there are, with their defaults, and its commands work."""

from __future__ import annotations

import re
import shlex
import subprocess
import sys
import typing
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from pydantic import BaseModel
from pydantic.fields import FieldInfo

from extproc.envoy.profiles import PROFILES

_ROOT = Path(__file__).parents[2]
_PAGE = (_ROOT / "envoy" / "README.md").read_text()
_SECTION = re.compile(r"^### Values of (.+)\n\n((?:\|.*\n)+)", re.MULTILINE)
_ROW = re.compile(r"^\| `([^`]+)` \| (required|`[^`]+`) \|", re.MULTILINE)


def _documented(profile: str) -> dict[str, Any]:
    rows = [
        row for heading, table in _SECTION.findall(_PAGE) if f"`{profile}`" in heading for row in _ROW.findall(table)
    ]
    assert len(rows) == len(dict(rows))
    return {key: default if default == "required" else yaml.safe_load(default.strip("`")) for key, default in rows}


def _known(model: type[BaseModel], prefix: str = "") -> Iterator[tuple[str, Any]]:
    for name, field in model.model_fields.items():
        key = f"{prefix}{field.alias or name}"
        inner, several = _part(field.annotation)
        if inner is not None:
            yield from _known(inner, f"{key}[]." if several else f"{key}.")
        else:
            yield key, _default(field)


def _part(annotation: Any) -> tuple[type[BaseModel] | None, bool]:
    """Return the model that an annotation holds, and whether in a list."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation, False
    found = [_part(argument) for argument in typing.get_args(annotation)]
    inner = next((model for model, _ in found if model is not None), None)
    return inner, typing.get_origin(annotation) is list or any(several for _, several in found)


def _default(field: FieldInfo) -> Any:
    return "required" if field.is_required() else field.get_default(call_default_factory=True)


@pytest.mark.parametrize("profile", PROFILES)
def test_the_documented_values_are_those_of_the_profile_with_their_defaults(profile: str) -> None:
    assert _documented(profile) == dict(_known(PROFILES[profile].values))


def test_every_profile_is_introduced() -> None:
    assert re.findall(r"^\| `([a-z-]+)` \| (?:be|wh)", _PAGE, re.MULTILINE) == list(PROFILES)


def _commands() -> list[str]:
    blocks = re.findall(r"^```console\n(.*?)^```", _PAGE, re.DOTALL | re.MULTILINE)
    return [line.removeprefix("$ ") for block in blocks for line in block.splitlines()]


@pytest.mark.envoy
@pytest.mark.parametrize("command", _commands())
def test_every_command_does_what_it_says(command: str) -> None:
    program, *words = shlex.split(command)
    assert program == "extproc"
    done = subprocess.run(
        [sys.executable, "-m", "extproc", *words], cwd=_ROOT, capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout
