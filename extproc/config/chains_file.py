"""Files of chain rules, shipped and of operators: from their text to rules, with every fault at its place."""

from collections.abc import Sequence
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path
from typing import Annotated, Final, Literal, Self

from pydantic import Field, model_validator

from extproc.config.faults import ConfigError, Fault
from extproc.config.model import Strict, check, enum
from extproc.config.policy_file import policy_paths
from extproc.config.yaml import Source, read_yaml
from extproc.model.intent import Intent
from extproc.sessions.chains import Case, Count, Pattern, Rule
from extproc.sessions.kinds import Kind
from extproc.sessions.sinks import Reach
from extproc.sessions.trail import MAX_STEPS

_MAX_BYTES: Final = 1024 * 1024
_SHIPPED: Final = "extproc.chains"
_REACHES: Final = {"inside": Reach.INSIDE, "unknown": Reach.UNKNOWN, "outside": Reach.OUTSIDE}

_Id = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{0,63}$")]
_Text = Annotated[str, Field(min_length=1, max_length=200)]
_Share = Annotated[float, Field(ge=0, le=1)]
_Kinds = Annotated[list[Annotated[Kind, enum(Kind)]], Field(default_factory=list)]
_Intents = Annotated[list[Annotated[Intent, enum(Intent)]], Field(default_factory=list)]
_Carried = Literal[
    "secret",
    "pii",
    "financial",
    "custom",
    "bulk",
    "bulk_text",
    "secret_text",
    "pii_text",
    "financial_text",
    "custom_text",
]
_Label = Annotated[str, Field(pattern=r"^[a-z_]+(:[a-z_]+)?$", max_length=64)]


class PatternModel(Strict):
    """One step of a growth."""

    intents: _Intents
    sinks: _Kinds
    power: bool = False


class CountModel(Strict):
    """How many are too many."""

    of: Literal["same", "tool", "where"]
    at_least: Annotated[int, Field(ge=2, le=MAX_STEPS)]
    sensitive: _Share = 0.0


class WithinModel(Strict):
    """How far back the trail is looked at."""

    calls: Annotated[int, Field(ge=1, le=MAX_STEPS)] = MAX_STEPS
    seconds: Annotated[float, Field(gt=0, le=7 * 86400)] = 3600.0


class WhenModel(Strict):
    """Conditions that hold together."""

    sinks: _Kinds
    intents: _Intents
    reach: Literal["inside", "unknown", "outside"] | None = None
    effect: bool = False
    takes_up: _Share = 0.0
    follows: _Share = 0.0
    agrees: bool = False
    labels: Annotated[list[_Label], Field(default_factory=list)]
    carries: Annotated[list[_Carried], Field(default_factory=list)]
    written: Annotated[list[Literal["plain", "encoded", "split"]], Field(default_factory=lambda: ["plain"])]
    elsewhere: bool = False
    used: bool | None = None
    asked: bool | None = None
    grows: Annotated[list[PatternModel], Field(default_factory=list, max_length=8)]
    count: CountModel | None = None
    within: WithinModel = WithinModel()

    @model_validator(mode="after")
    def _looks_back(self) -> Self:
        if not (self.takes_up or self.follows or self.labels or self.carries or self.grows or self.count):
            raise ValueError(
                "nothing here looks at earlier calls: give takes_up, follows, labels, carries, grows or count"
            )
        if (self.elsewhere or self.written != ["plain"]) and not self.carries:
            raise ValueError("written and elsewhere say more of what a call carries: give carries as well")
        if self.agrees and not self.follows:
            raise ValueError("agrees says more of the instruction that a call follows: give follows as well")
        if len(self.grows) == 1:
            raise ValueError("one step is no growth: the last one is the call itself")
        return self


class CaseModel(Strict):
    """One way in which a chain comes about."""

    why: _Text
    score: Annotated[float, Field(gt=0, le=1)] = 0.7
    when: WhenModel

    def case(self) -> Case:
        """Return the value of it."""
        when = self.when
        return Case(
            why=self.why,
            score=self.score,
            sinks=frozenset(when.sinks),
            intents=frozenset(when.intents),
            reach=_REACHES[when.reach] if when.reach is not None else Reach.NONE,
            effect=when.effect,
            takes_up=when.takes_up,
            follows=when.follows,
            agrees=when.agrees,
            labels=frozenset(when.labels),
            carries=frozenset(when.carries),
            written=frozenset(when.written),
            elsewhere=when.elsewhere,
            used=when.used,
            asked=when.asked,
            grows=tuple(
                Pattern(intents=frozenset(one.intents), sinks=frozenset(one.sinks), power=one.power)
                for one in when.grows
            ),
            count=Count(of=when.count.of, at_least=when.count.at_least, sensitive=when.count.sensitive)
            if when.count is not None
            else None,
            seconds=when.within.seconds,
            calls=when.within.calls,
        )


class RuleModel(Strict):
    """One chain."""

    id: _Id
    title: _Text
    severity: Literal["low", "medium", "high", "critical"]
    cases: Annotated[list[CaseModel], Field(min_length=1, max_length=16)]


class FileModel(Strict):
    """One file of chains."""

    chains: Annotated[list[RuleModel], Field(min_length=1)]


@dataclass(frozen=True, slots=True, kw_only=True)
class ChainsFile:
    """One file: its rules, and where they stand."""

    source: Source
    rules: tuple[Rule, ...]


def load_chains(paths: Sequence[Path] = ()) -> tuple[Rule, ...]:
    """Return the shipped rules and those in files or folders of an operator; a rule of his replaces a shipped one.

    Raises: `ConfigError` with every fault of every file.
    """
    own: list[ChainsFile] = []
    faults: list[Fault] = []
    for path in paths:
        for one in policy_paths(path):
            try:
                own.append(parse_chains(one.read_bytes(), str(one)))
            except OSError as error:
                message = f"cannot be read: {error.strerror}"
                faults.append(Fault(file=str(one), line=1, column=1, where="", message=message))
            except ConfigError as error:
                faults.extend(error.faults)
    known: set[str] = set()
    for file in own:
        for index, rule in enumerate(file.rules):
            if rule.id in known:
                faults.append(file.source.fault(("chains", index, "id"), "another chain has this id"))
            known.add(rule.id)
    if faults:
        raise ConfigError(faults)
    shipped = [rule for file in shipped_chains() for rule in file.rules if rule.id not in known]
    return (*shipped, *(rule for file in own for rule in file.rules))


def shipped_chains() -> tuple[ChainsFile, ...]:
    """Read the files that come with this package. Raises: `ConfigError`."""
    entries = sorted((one.name, one) for one in files(_SHIPPED).iterdir() if one.name.endswith(".yaml"))
    return tuple(parse_chains(entry.read_bytes(), name) for name, entry in entries)


def parse_chains(data: bytes, file: str) -> ChainsFile:
    """Read the text of one file. Raises: `ConfigError` with every fault of it."""
    if len(data) > _MAX_BYTES:
        raise ConfigError([Fault(file=file, line=1, column=1, where="", message="larger than 1 MiB")])
    try:
        source = read_yaml(data.decode("utf-8"), file)
    except UnicodeDecodeError:
        raise ConfigError([Fault(file=file, line=1, column=1, where="", message="not UTF-8")]) from None
    model = check(source, FileModel)
    rules = tuple(
        Rule(id=one.id, title=one.title, severity=one.severity, cases=tuple(case.case() for case in one.cases))
        for one in model.chains
    )
    return ChainsFile(source=source, rules=rules)
