"""Reads the Dockerfile into stages, so that tests do what it says; an instruction not known here is an error."""

import json
import re
import shlex
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).parents[2]
_CONTINUED = re.compile(r"\\\n(?:\s*#.*\n)*")
_STEPS = frozenset({"RUN", "COPY", "WORKDIR"})
_NOTES = frozenset({"LABEL", "EXPOSE", "HEALTHCHECK", "USER", "ENTRYPOINT", "CMD"})
_VARIABLE = re.compile(r"\$\{(\w+)\}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One instruction that changes files; flags like `--from=build` stand apart from the rest."""

    name: str
    flags: Mapping[str, str]
    rest: str


@dataclass(slots=True, kw_only=True)
class Stage:
    """One stage: what it is made from, its steps in order, and what it says of containers."""

    name: str
    base: str
    arguments: dict[str, str] = field(default_factory=dict)
    environment: dict[str, str] = field(default_factory=dict)
    steps: list[Step] = field(default_factory=list)
    notes: dict[str, str] = field(default_factory=dict)

    def words(self, name: str) -> list[str]:
        """Return an instruction in its exec form; a shell form is an error, as there is no shell."""
        words: list[str] = json.loads(self.notes[name])
        return words


def stages(text: str | None = None) -> dict[str, Stage]:
    """Return the stages by name, in order."""
    text = text if text is not None else (ROOT / "Dockerfile").read_text()
    found: dict[str, Stage] = {}
    outside: dict[str, str] = {}  # ARGs before the first stage, which only FROM can use
    stage: Stage | None = None
    for line in _CONTINUED.sub(" ", text).splitlines():
        name, _, rest = line.partition(" ")
        if not line.strip() or line.startswith("#"):
            continue
        if name == "FROM":
            base, _, label = rest.partition(" AS ")
            stage = found[label] = Stage(name=label, base=_filled(base, outside))
            if stage.base in found:  # a stage goes on with the environment of the one it is made from
                stage.environment = dict(found[stage.base].environment)
        elif name == "ARG":
            key, _, value = rest.partition("=")
            (outside if stage is None else stage.arguments)[key] = value.strip('"')
        elif stage is not None:
            _take(stage, name, rest)
        else:
            raise ValueError(f"before FROM: {line}")
    return found


def _take(stage: Stage, name: str, rest: str) -> None:
    if name == "ENV":
        for word in shlex.split(rest):
            key, _, value = word.partition("=")
            stage.environment[key] = _filled(value, stage.arguments)
    elif name in _STEPS:
        stage.steps.append(_step(name, rest))
    elif name in _NOTES:
        stage.notes[name] = rest.strip()
    else:
        raise ValueError(f"nobody here knows {name}")


def ignored(text: str | None = None) -> tuple[frozenset[str], frozenset[str]]:
    """Return what .dockerignore lets in, and the names that it leaves out everywhere."""
    lines = (text if text is not None else (ROOT / ".dockerignore").read_text()).splitlines()
    rules = [line for line in lines if line and not line.startswith("#")]
    everywhere = frozenset(rule.removeprefix("**/") for rule in rules if rule.startswith("**/"))
    allowed = frozenset(rule.removeprefix("!") for rule in rules if rule.startswith("!"))
    if rules[0] != "*" or len(rules) != 1 + len(everywhere) + len(allowed):
        raise ValueError("only names that are let in, and names that are left out everywhere, are known here")
    return allowed, everywhere


def _step(name: str, rest: str) -> Step:
    flags: dict[str, str] = {}
    rest = rest.strip()
    while rest.startswith("--"):
        flag, _, rest = rest.partition(" ")
        key, _, value = flag.removeprefix("--").partition("=")
        flags[key] = value
        rest = rest.strip()
    return Step(name=name, flags=flags, rest=rest)


def _filled(text: str, values: Mapping[str, str]) -> str:
    return _VARIABLE.sub(lambda found: values[found[1]], text)
