"""Floors, policies of namespaces, and the ConfigMaps they come in."""

from pathlib import Path
from typing import Any, Final

from extproc.config.policy_file import PolicyFile, parse_file

FLOOR: Final = """\
apiVersion: mcp-extproc/v1
kind: Policy
metadata: {name: platform}
spec:
  default: allow
  rules:
    - {id: no-shell, match: {tools: [shell]}, effect: deny}
"""


def policy(namespace: str, *rules: str, name: str = "team", more: str = "", tests: str = "") -> str:
    """Return the policy of a namespace with these rules."""
    lines = "".join(f"    - {rule}\n" for rule in rules or ("{id: no-erase, match: {tools: [erase]}, effect: deny}",))
    return (
        "apiVersion: mcp-extproc/v1\nkind: Policy\n"
        f"metadata: {{name: {name}, layer: namespace, namespaces: [{namespace}]}}\n"
        f"spec:\n{more}  rules:\n{lines}{tests}"
    )


LOOSENING: Final = "{id: yes-shell, match: {tools: [shell]}, effect: allow}"


def config_map(
    namespace: str, text: str | None = None, name: str = "mcp-extproc-policy", **data: str
) -> dict[str, Any]:
    """Return a ConfigMap with a policy."""
    return {
        "metadata": {"name": name, "namespace": namespace, "labels": {"mcp-extproc.io/policy": "true"}},
        "data": data or {"policy.yaml": policy(namespace) if text is None else text},
    }


def floor() -> list[PolicyFile]:
    """Return the floor as it is read."""
    return [parse_file(FLOOR.encode(), "floor.yaml")]


def write_floor(folder: Path, text: str = FLOOR) -> Path:
    """Write the floor to a file."""
    path = folder / "floor.yaml"
    path.write_text(text)
    return path
