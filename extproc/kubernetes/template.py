"""What the injector puts into pods: init containers, volumes, labels and annotations, read from one YAML file.

The API server knows what may stand in a container; here is checked only what the injector builds on.
"""

import hashlib
from collections.abc import Iterator, Mapping
from copy import deepcopy
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated, Any, Final

import orjson
from pydantic import Field, model_validator

from extproc.config.faults import ConfigError, Fault
from extproc.config.model import Strict, check
from extproc.config.yaml import read_yaml
from extproc.kubernetes.names import INJECTED, PREFIX, VARIABLES
from extproc.kubernetes.values import objects, text
from extproc.model.message import JsonObject

_MAX_BYTES: Final = 1024 * 1024
_Part = Annotated[dict[str, Any], Field(min_length=1)]
_Texts = dict[str, str]


class _Model(Strict):
    """The file."""

    containers: Annotated[list[_Part], Field(alias="initContainers", min_length=1)]
    volumes: list[_Part] = Field(default_factory=list)
    labels: _Texts = Field(default_factory=dict)
    annotations: _Texts = Field(default_factory=dict)

    @model_validator(mode="after")
    def _check(self) -> "_Model":
        for parts in (self.containers, self.volumes):
            names = [part.get("name") for part in parts]
            if not all(isinstance(name, str) and name for name in names) or len(names) != len(set(names)):
                raise ValueError("every container and every volume needs a name of its own")
        for part in self.containers:
            if not isinstance(part.get("image"), str):
                raise ValueError(f"the container {part['name']} has no image")  # noqa: TRY004 - pydantic reads ValueError
        known = {entry.get("name") for part in self.containers for entry in objects(part, "env")}
        if unread := [name for name in VARIABLES if name not in known]:
            raise ValueError(f"no container has {', '.join(unread)} in its env: what pods ask for would be lost")
        if given := [name for name in (*self.labels, *self.annotations) if name.startswith(PREFIX)]:
            raise ValueError(f"{given[0]} is for the injector to set")
        return self


@dataclass(frozen=True, slots=True, kw_only=True)
class Template:
    """What is injected. `digest` is that of its content, however the file was written."""

    containers: tuple[JsonObject, ...]
    volumes: tuple[JsonObject, ...] = ()
    labels: Mapping[str, str] = field(default_factory=dict)
    annotations: Mapping[str, str] = field(default_factory=dict)
    digest: str

    @property
    def names(self) -> frozenset[str]:
        """Return the names of the containers."""
        return frozenset(text(container, "name") for container in self.containers)

    @property
    def volume_names(self) -> frozenset[str]:
        """Return the names of the volumes."""
        return frozenset(text(volume, "name") for volume in self.volumes)

    @property
    def ports(self) -> frozenset[int]:
        """Return the ports that the containers listen on."""
        found = (port.get("containerPort") for port in self._ports())
        return frozenset(port for port in found if isinstance(port, int))

    @property
    def port_names(self) -> frozenset[str]:
        """Return the names of these ports: a Service goes to whoever has the name first."""
        return frozenset(name for port in self._ports() if (name := text(port, "name")))

    def _ports(self) -> Iterator[JsonObject]:
        for container in self.containers:
            yield from objects(container, "ports")

    def filled(self, variables: Mapping[str, str]) -> list[JsonObject]:
        """Return the containers with these variables as literal values, wherever a container has them."""
        containers = deepcopy([*self.containers])
        for container in containers:
            env = container.get("env")
            if isinstance(env, list):
                container["env"] = [
                    {"name": name, "value": variables[name]} if (name := text(entry, "name")) in variables else entry
                    for entry in env
                ]
        return containers


def read_template(path: Path) -> Template:
    """Read a template from its file. Raises: `ConfigError`."""
    try:
        data = path.read_bytes()
    except OSError as error:
        raise _fault(path, f"cannot be read: {error.strerror}") from None
    return parse_template(data, str(path))


def parse_template(data: bytes, file: str) -> Template:
    """Read the text of a template. Raises: `ConfigError` with every fault of it."""
    if len(data) > _MAX_BYTES:
        raise _fault(file, "larger than 1 MiB")
    try:
        source = read_yaml(data.decode("utf-8"), file)
    except UnicodeDecodeError:
        raise _fault(file, "not UTF-8") from None
    model = check(source, _Model)
    canonical = orjson.dumps(model.model_dump(), option=orjson.OPT_SORT_KEYS)
    return Template(
        containers=tuple(model.containers),
        volumes=tuple(model.volumes),
        labels={**model.labels, INJECTED: "true"},
        annotations=model.annotations,
        digest=f"sha256:{hashlib.sha256(canonical).hexdigest()}",
    )


def _fault(file: Path | str, message: str) -> ConfigError:
    return ConfigError([Fault(file=str(file), line=1, column=1, where="", message=message)])
