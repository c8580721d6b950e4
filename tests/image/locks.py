"""Reads the files of locked requirements."""

import re
from dataclasses import dataclass
from pathlib import Path

from packaging.markers import Marker
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parents[2]
_ENTRY = re.compile(
    r"^([A-Za-z0-9._-]+)==(\S+)(?: ; ([^\\]+?))? \\\n((?:    --hash=sha256:[0-9a-f]{64}(?: \\)?\n)+)", re.MULTILINE
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Locked:
    """One package: its version, and whether it is for this machine."""

    version: str
    here: bool


def lock(name: str) -> dict[str, Locked]:
    """Return the packages of a file in requirements/; a line that is not one with hashes is an error."""
    text = (ROOT / "requirements" / name).read_text()
    found = {
        str(canonicalize_name(package)): Locked(version=version, here=marker == "" or Marker(marker).evaluate())
        for package, version, marker, _ in _ENTRY.findall(text)
    }
    left = re.sub(r"^ *#.*\n", "", _ENTRY.sub("", text), flags=re.MULTILINE)
    if left.strip():
        raise ValueError(f"{name}: {left[:200]}")
    return found
