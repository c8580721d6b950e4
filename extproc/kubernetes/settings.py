"""The configuration file of `extproc kubernetes injector`; the environment has no say in it."""

from pathlib import Path
from typing import Annotated, Final, Literal

from pydantic import Field

from extproc.config.faults import ConfigError, Fault
from extproc.config.model import Strict, check
from extproc.config.yaml import read_yaml
from extproc.kubernetes.account import FOLDER
from extproc.kubernetes.pods import Allowances
from extproc.kubernetes.review import Rules

_HOST_PORT: Final = r"^\[?[0-9A-Za-z.:_-]+\]?:[0-9]{1,5}$"
_Address = Annotated[str, Field(pattern=_HOST_PORT)]
_Label = Annotated[str, Field(pattern=r"^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$")]
_Object = Annotated[str, Field(pattern=r"^[a-z0-9]([a-z0-9.-]{0,251}[a-z0-9])?$")]
_Path = Annotated[str, Field(min_length=1)]
_Choice = Literal["allowed", "refused"]


class Namespaces(Strict):
    """The namespaces whose pods can have the sidecar: the configuration of it is there."""

    enrolled: list[_Label] = Field(default_factory=list)


class SelfSigned(Strict):
    """The injector signs for itself: the Secret it keeps that in, the Service it is reached by, and who is to trust.

    It looks whether something is due `every` so many seconds.
    """

    mode: Literal["self-signed"]
    secret: _Object
    namespace: _Label
    service: _Label
    webhook: _Object
    days: Annotated[int, Field(ge=1, le=825)] = 90
    every: Annotated[float, Field(gt=0, le=3600, strict=False)] = 60.0


class Files(Strict):
    """Somebody else signs, cert-manager for one, and puts the files here; they are read again when they change."""

    mode: Literal["files"]
    certificate: _Path
    key: _Path


class InjectorConfig(Strict):
    """The whole file."""

    listen: _Address = "0.0.0.0:8443"
    health: _Address = "0.0.0.0:8081"
    template: _Path
    namespaces: Namespaces = Field(default_factory=Namespaces)
    opt_out: _Choice = "refused"
    host_network: _Choice = "refused"
    shared_processes: _Choice = "refused"
    certificates: Annotated[SelfSigned | Files, Field(discriminator="mode")]
    drain: Annotated[float, Field(ge=0, le=300, strict=False)] = 5.0
    service_account: _Path = str(FOLDER)

    def rules(self) -> Rules:
        """Return whom it is for."""
        return Rules(
            enrolled=frozenset(self.namespaces.enrolled),
            opt_out=self.opt_out == "allowed",
            allowances=Allowances(
                host_network=self.host_network == "allowed", shared_processes=self.shared_processes == "allowed"
            ),
        )


def load_injector(path: Path) -> InjectorConfig:
    """Read the file. Raises: `ConfigError` with every fault of it."""
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "not UTF-8"
        raise ConfigError(
            [Fault(file=str(path), line=1, column=1, where="", message=f"cannot be read: {reason}")]
        ) from None
    return check(read_yaml(text, str(path)), InjectorConfig)


def address(value: str) -> tuple[str, int]:
    """Return the host and the port of an address."""
    host, _, port = value.rpartition(":")
    return host.strip("[]"), int(port)
