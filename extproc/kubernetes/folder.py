"""The folder of collected policies: a file for each namespace, exchanged whole, and the memory of what was good."""

import os
import re
from pathlib import Path
from typing import Final

_NAMESPACE: Final = re.compile(r"[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?")
_COMPLETE: Final = ".complete"  # begins with a dot, so that no reader of policies looks at it


class Folder:
    """One folder. Every method raises `OSError` when the disk does not do its part."""

    def __init__(self, path: Path) -> None:
        """Make the folder, and clear away what a process left half written."""
        self._path = path
        path.mkdir(parents=True, exist_ok=True)
        for left in path.glob(".*.new"):
            left.unlink()

    @property
    def complete(self) -> bool:
        """Tell whether a collector has once seen all there was."""
        return (self._path / _COMPLETE).exists()

    def completed(self) -> None:
        """Say so from now on."""
        if not self.complete:
            self._write(_COMPLETE, b"")

    def namespaces(self) -> list[str]:
        """Return the namespaces that have a file."""
        return sorted(path.stem for path in self._path.glob("*.yaml") if _NAMESPACE.fullmatch(path.stem))

    def read(self, namespace: str) -> bytes:
        """Return the file of a namespace."""
        return self._file(namespace).read_bytes()

    def write(self, namespace: str, data: bytes) -> None:
        """Put a file in the place of the one that is there."""
        self._write(self._file(namespace).name, data)

    def remove(self, namespace: str) -> None:
        """Take the file of a namespace away."""
        self._file(namespace).unlink(missing_ok=True)

    def _file(self, namespace: str) -> Path:
        if not _NAMESPACE.fullmatch(namespace):
            raise ValueError("not the name of a namespace")
        return self._path / f"{namespace}.yaml"

    def _write(self, name: str, data: bytes) -> None:
        new = self._path / f".{name}.new"
        with new.open("wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        new.replace(self._path / name)
