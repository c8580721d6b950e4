"""What a pod says of its server in annotations: its name, its port and its path, each in a narrow form.

The values become literal environment variables, and from there configuration: nothing else may be read into them.
"""

import re
from dataclasses import dataclass
from typing import Final

from extproc.kubernetes.names import PATH, PATH_VARIABLE, PORT, PORT_VARIABLE, SERVER, SERVER_VARIABLE
from extproc.kubernetes.values import text, words
from extproc.model.message import JsonObject

DEFAULT_PORT: Final = 9000
DEFAULT_PATH: Final = "/mcp"
_NAME_LABEL: Final = "app.kubernetes.io/name"
_HASH_LABEL: Final = "pod-template-hash"
_SERVER: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")
_PORT: Final = re.compile(r"[1-9][0-9]{0,4}")
_PATH: Final = re.compile(r"(/[A-Za-z0-9_~-][A-Za-z0-9._~-]*)+/?|/")
_HIGHEST_PORT: Final = 65_535
_LONGEST_PATH: Final = 128


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """What a pod asks for."""

    server: str
    port: int = DEFAULT_PORT
    path: str = DEFAULT_PATH

    def variables(self) -> dict[str, str]:
        """Return it as the environment of the containers."""
        return {SERVER_VARIABLE: self.server, PORT_VARIABLE: str(self.port), PATH_VARIABLE: self.path}


def wish(pod: JsonObject, taken: frozenset[int]) -> Wish | str:
    """Read what a pod asks for, or say why that cannot be; `taken` are the ports of the sidecar."""
    given = words(pod, "metadata", "annotations")
    server = given.get(SERVER) or _named(pod)
    if not _SERVER.fullmatch(server):
        return (
            f"the annotation {SERVER} names the server: at most 64 letters, digits, dots, dashes and underscores,"
            " the first of them a letter or digit"
        )
    port = given.get(PORT, str(DEFAULT_PORT))
    if not _PORT.fullmatch(port) or int(port) > _HIGHEST_PORT:
        return f"the annotation {PORT} is a number from 1 to {_HIGHEST_PORT}"
    if int(port) in taken:
        return f"port {port} is the sidecar's: let the server listen on another, and name it by the annotation {PORT}"
    path = given.get(PATH, DEFAULT_PATH)
    if not _PATH.fullmatch(path) or len(path) > _LONGEST_PATH:
        return (
            f"the annotation {PATH} is a path: names of letters, digits, dashes, underscores, tildes and dots (not"
            f" first), a slash before each, at most {_LONGEST_PATH} characters"
        )
    return Wish(server=server, port=int(port), path=path)


def _named(pod: JsonObject) -> str:
    """Return what a pod is called by whoever made it: by its label, else by the name before what is generated."""
    labels = words(pod, "metadata", "labels")
    if _NAME_LABEL in labels:
        return labels[_NAME_LABEL]
    generated = text(pod, "metadata", "generateName").removesuffix("-")
    if generated and (digest := labels.get(_HASH_LABEL)):
        generated = generated.removesuffix(f"-{digest}")  # else every rollout would be another server
    return generated or text(pod, "metadata", "name")
