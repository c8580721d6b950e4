"""Writes the tables of values in the chart's README, from values.yaml and the `# --` comments in it.

python -m helm.readme           writes the file
python -m helm.readme --check   exit code 1 when it is not what it would write
"""

import json
import re
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import yaml

CHART: Final = Path(__file__).parent / "mcp-extproc"
TARGET: Final = CHART / "README.md"
BEGIN: Final = "<!-- values: written by helm/readme.py -->"
END: Final = "<!-- end of values -->"
_KEY: Final = re.compile(r"^(?P<indent> *)(?P<key>[A-Za-z][A-Za-z0-9]*):")
_COMMENT: Final = re.compile(r"^ *# ?(?P<text>.*)$")
_LONGEST: Final = 60


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One value: its path, what is said of it, and its default."""

    path: tuple[str, ...]
    what: str
    default: object


def rows(text: str) -> Iterator[Row]:
    """Return the values that have a comment, in their order."""
    values = yaml.safe_load(text)
    path: list[tuple[int, str]] = []
    said: list[str] | None = None
    for line in text.splitlines():
        if comment := _COMMENT.match(line):
            words = comment["text"].strip()
            if words.startswith("-- "):
                said = [words.removeprefix("-- ")]
            elif said is not None:
                said.append(words)
            continue
        key = _KEY.match(line)
        if key is None:
            said = None
            continue
        depth = len(key["indent"])
        path = [*((at, name) for at, name in path if at < depth), (depth, key["key"])]
        if said is not None:
            names = tuple(name for _, name in path)
            yield Row(path=names, what=" ".join(said), default=_at(values, names))
        said = None


def uncommented(text: str) -> list[str]:
    """Return the values that nothing is said of, neither of them nor of what they stand in."""
    known = {row.path for row in rows(text)}
    return [
        ".".join(path)
        for path in _leaves(yaml.safe_load(text))
        if not any(path[:length] in known for length in range(1, len(path) + 1))
    ]


def tables(text: str) -> str:
    """Return the tables, one for each part of the values."""
    parts: dict[str, list[Row]] = {}
    for row in rows(text):
        parts.setdefault(row.path[0] if len(row.path) > 1 else "", []).append(row)
    return "\n\n".join(_table(name, part) for name, part in parts.items())


def written(readme: str, values: str) -> str:
    """Return the README with the tables of these values."""
    before, _, rest = readme.partition(BEGIN)
    _, end, after = rest.partition(END)
    if not end:
        raise ValueError(f"the README needs the lines {BEGIN} and {END}")
    return f"{before}{BEGIN}\n\n{tables(values)}\n\n{END}{after}"


def _table(name: str, part: list[Row]) -> str:
    head = f"### `{name}`" if name else "### General"
    lines = [f"| `{'.'.join(row.path)}` | {_shown(row.default)} | {_cell(row.what)} |" for row in part]
    return "\n".join([head, "", "| value | default | what |", "|---|---|---|", *lines])


def _shown(default: object) -> str:
    text = json.dumps(default, ensure_ascii=False)
    return f"`{text}`" if len(text) <= _LONGEST else "see values.yaml"


def _cell(text: str) -> str:
    return text.replace("|", "\\|")


def _at(values: object, path: tuple[str, ...]) -> object:
    for name in path:
        values = values[name] if isinstance(values, dict) else None
    return values


def _leaves(values: object, path: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    if isinstance(values, dict) and values:
        for name, value in values.items():
            yield from _leaves(value, (*path, name))
    else:
        yield path


def main() -> int:
    """Write the file, or compare it."""
    before = TARGET.read_text(encoding="utf-8")
    after = written(before, (CHART / "values.yaml").read_text(encoding="utf-8"))
    if "--check" in sys.argv[1:]:
        return int(before != after)
    TARGET.write_text(after, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
