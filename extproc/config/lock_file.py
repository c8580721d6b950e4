"""The lockfile of tool definitions: YAML for version control, one tool under another so that it diffs well."""

from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Final, Literal

from pydantic import Field

from extproc.config.faults import ConfigError, Fault
from extproc.config.model import Strict, check
from extproc.config.yaml import read_yaml
from extproc.pins.lock import Lock, Locked
from extproc.pins.showing import printable

FILE_NAME: Final = "mcp-tools.lock"
_MAX_BYTES: Final = 64 * 1024 * 1024
_HEAD: Final = "# Approved definitions of MCP tools. Written by `extproc pins export`; read it before you commit it."
# YAML has a meaning of its own for it, and no keys that are longer (YAML 1.2.2, 7.4.2): what is called so cannot be
# locked, and is missing.
_MERGE: Final = "<<"
_LONGEST_KEY: Final = 1000
_Name = Annotated[str, Field(min_length=1)]
_Digest = Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]


class LockedTool(Strict):
    """One tool: the digest of its definition, the one that cosmetic changes leave alone, and a line for readers."""

    digest: _Digest
    cosmetic: _Digest | None = None
    summary: str = ""

    def value(self) -> Locked:
        """Return it as a value; without the second digest every change counts."""
        return Locked(digest=self.digest, cosmetic=self.cosmetic or self.digest, summary=self.summary)


class LockedServer(Strict):
    """One server: its tools by their names; `@instructions` stands for the instructions of the server."""

    tools: dict[_Name, LockedTool] = Field(default_factory=dict)


class LockModel(Strict):
    """The whole file."""

    version: Literal[1]
    servers: dict[_Name, LockedServer] = Field(default_factory=dict)


def load_lock(path: Path) -> Lock:
    """Read a lockfile. Raises: `ConfigError` with every fault of it."""
    try:
        data = path.read_bytes()
    except OSError as error:
        raise _fault(str(path), f"cannot be read: {error.strerror}") from None
    return parse_lock(data, str(path))


def parse_lock(data: bytes, file: str) -> Lock:
    """Read the text of a lockfile, YAML or JSON. Raises: `ConfigError` with every fault of it."""
    if len(data) > _MAX_BYTES:
        raise _fault(file, "larger than 64 MiB")
    try:
        text = data.decode()
    except UnicodeDecodeError:
        raise _fault(file, "not UTF-8") from None
    model = check(read_yaml(text, file), LockModel)
    return {
        server: {name: tool.value() for name, tool in listed.tools.items()} for server, listed in model.servers.items()
    }


def lock_text(lock: Lock) -> str:
    """Return a lockfile's text; the same lock has the same text."""
    return "\n".join((*_lines(lock), ""))


def _lines(lock: Lock) -> Iterator[str]:
    yield _HEAD
    yield "version: 1"
    servers = sorted(filter(_is_key, lock))
    yield "servers:" if servers else "servers: {}"
    for server in servers:
        names = sorted(filter(_is_key, lock[server]))
        yield f"  {_quoted(server)}:"
        yield "    tools:" if names else "    tools: {}"
        for name in names:
            tool = lock[server][name]
            yield f"      {_quoted(name)}:"
            yield f"        digest: {_quoted(tool.digest)}"
            yield f"        cosmetic: {_quoted(tool.cosmetic)}"
            yield f"        summary: {_quoted(tool.summary)}"


def _is_key(name: str) -> bool:
    return name != _MERGE and len(_quoted(name)) <= _LONGEST_KEY


def _quoted(text: str) -> str:
    """Return a text as YAML's double-quoted scalar, which has escapes for everything that is not seen."""
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{printable(escaped)}"'


def _fault(file: str, message: str) -> ConfigError:
    return ConfigError([Fault(file=file, line=1, column=1, where="", message=message)])
