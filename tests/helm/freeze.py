"""Writes what the chart renders of each example to `previous/`, as what the next release is compared with.

python -m tests.helm.freeze
"""

import re
from pathlib import Path
from typing import Any, Final

import yaml

from tests.helm.rendering import EXAMPLES, Object, example, render

PREVIOUS: Final = Path(__file__).parent / "previous"
_VERSION: Final = re.compile(r"^(app\.kubernetes\.io/version|helm\.sh/chart)$")


def file_of(path: Path) -> Path:
    """Return where the rendering of an example is kept."""
    return PREVIOUS / path.name


def frozen(path: Path) -> list[Object]:
    """Return the objects that the last release made of an example."""
    return list(yaml.load_all(file_of(path).read_text(encoding="utf-8"), yaml.CSafeLoader))


def main() -> None:
    """Write them all; the contents of ConfigMaps are left out, which may change as they like."""
    for path in EXAMPLES:
        text = yaml.safe_dump_all([_bare(one) for one in render(example(path))], sort_keys=True, width=120)
        file_of(path).write_text(text, encoding="utf-8")


def _bare(one: Object) -> Object:
    kept: dict[str, Any] = {name: value for name, value in one.items() if name != "data"}
    labels = kept["metadata"].get("labels", {})
    kept["metadata"]["labels"] = {name: value for name, value in labels.items() if not _VERSION.match(name)}
    return kept


if __name__ == "__main__":
    main()
