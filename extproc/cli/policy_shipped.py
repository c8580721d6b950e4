"""`extproc policy list` and `extproc policy show`: the policies that come with the package."""

import sys
from importlib.resources import files
from pathlib import Path

from extproc.config.policy_file import parse_file


def listing() -> int:
    """Print the name of each policy and what it does."""
    shipped = _shipped()
    width = max(map(len, shipped))
    for name, text in sorted(shipped.items()):
        print(f"{name:<{width}}  {parse_file(text.encode(), name).description}")
    return 0


def show(name: str) -> int:
    """Print a policy, to be copied to a file."""
    text = _shipped().get(name)
    if text is None:
        print(f"there is no such policy; there are {', '.join(sorted(_shipped()))}", file=sys.stderr)
        return 1
    print(text, end="")
    return 0


def protection() -> Path:
    """Return the policy that judges where none is given: what is sensitive or an attack is stopped, all else passes."""
    return Path(str(files("extproc") / "policies" / "protection.yaml"))


def _shipped() -> dict[str, str]:
    folder = files("extproc") / "policies"
    return {
        entry.name.removesuffix(".yaml"): entry.read_text(encoding="utf-8")
        for entry in folder.iterdir()
        if entry.name.endswith(".yaml")
    }
