"""The sections `threats` and `sessions`: what approves definitions, what else is judged by, which calls go together."""

from typing import Annotated, Literal

from pydantic import AfterValidator, Field, model_validator

from extproc.config.model import Strict, enum
from extproc.pins.pin import PinMode
from extproc.sessions.scope import RunSource

_Name = Annotated[str, Field(min_length=1)]
_MANY = 100


def _once(values: list[RunSource]) -> list[RunSource]:
    if len(set(values)) < len(values):
        raise ValueError("each stands here once")
    return values


class PinSettings(Strict):
    """What makes a definition approved; a lockfile is named where that is the mode, and only there."""

    mode: Annotated[PinMode, enum(PinMode)] = PinMode.TRUST_ON_FIRST_USE
    lockfile: _Name | None = None

    @model_validator(mode="after")
    def _named(self) -> "PinSettings":
        if (self.mode is PinMode.LOCKFILE) is not (self.lockfile is not None):
            raise ValueError("a lockfile is named where mode is lockfile, and nowhere else")
        return self


class SecondOpinionSettings(Strict):
    """A slower judge, the Python that it is installed in (else the sidecar's own), and the score it objects from."""

    judge: Literal["stackone-defender"]
    python: Annotated[str, Field(pattern=r"^/")] | None = None
    score: Annotated[float, Field(ge=0.5, le=1, strict=False)] = 0.5


class ThreatSettings(Strict):
    """More patterns and chains as files, and what of them is off.

    `off` has ids of patterns and chains; `trusted` the servers whose results nobody but the operator writes.
    """

    evidence: Annotated[list[_Name], Field(max_length=_MANY)] = Field(default_factory=list)
    chains: Annotated[list[_Name], Field(max_length=_MANY)] = Field(default_factory=list)
    off: Annotated[list[_Name], Field(max_length=_MANY)] = Field(default_factory=list)
    trusted: Annotated[list[_Name], Field(max_length=_MANY)] = Field(default_factory=list)
    pins: PinSettings = PinSettings()
    second_opinion: SecondOpinionSettings | None = None


class SessionSettings(Strict):
    """What tells the runs of one principal apart, the first that is known."""

    runs: Annotated[list[Annotated[RunSource, enum(RunSource)]], AfterValidator(_once)] = Field(
        default_factory=lambda: [RunSource.CLAIM]
    )
