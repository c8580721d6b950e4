"""What is kept of a tool's definition for its calls: its digest, and what it says in name, text and annotations.

It is small whatever the size of the definition: descriptions and schemas are read once, within bounds, and not kept.
"""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Final, TypeAlias

from extproc.classify.codes import seen
from extproc.classify.description import DescriptionReading, read_description
from extproc.classify.names import NameReading, read_name
from extproc.classify.schema import SchemaReading, read_schema
from extproc.model.intent import RANK, Evidence, Intent
from extproc.model.message import JsonValue

_DIGESTED: Final = ("name", "title", "description", "inputSchema", "outputSchema", "annotations", "_meta", "icons")
# What is requested, called or invoked is not known before an argument says it.
_ASKS_FOR_ANYTHING: Final = frozenset({"request", "call", "invoke"})
# With an amount, these send money away; money that is asked for comes back by a refund.
_SENDS_MONEY: Final = frozenset({"transfer", "send", "pay", "withdraw", "wire", "donate", "remit", "approve", "bridge"})
_SAVES: Final = frozenset(
    {"download", "export", "extract", "convert", "screenshot", "render", "fetch", "get", "generate", "synthesize"}
)
_SELECTOR_LONGEST: Final = 64

_Evidence: TypeAlias = tuple[Evidence, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ToolProfile:
    """The profile of a tool.

    `digest` is over everything of the definition that a model sees. `floor` is the least class that any call can have.
    `base` holds for every call; `open` for a call whose arguments show nothing that decides, `bare` for one without any
    arguments. `decides` tells that arguments decide what the tool does, `selector` which of them names the operation.
    """

    digest: str
    floor: Intent
    name: NameReading
    base: tuple[Evidence, ...] = ()
    open: tuple[Evidence, ...] = ()
    bare: tuple[Evidence, ...] = ()
    decides: bool = False
    selector: str | None = None

    @property
    def intent(self) -> Intent:
        """Return the class that the definition alone gives to a call with ordinary arguments."""
        return max((each.intent for each in self.base), key=RANK.__getitem__, default=Intent.READ)


def profile_of(tool: Mapping[str, JsonValue], *, trusted: bool = False) -> ToolProfile:
    """Return the profile of a definition.

    Annotations raise the class always; they lower it only when `trusted`: the operator trusts the server and this
    definition is pinned, which the caller has checked.
    """
    return _profile(
        name=_text(tool.get("name")) or _text(tool.get("title")),
        description=_text(tool.get("description")),
        schema=read_schema(tool.get("inputSchema")),
        annotations=_hints(tool.get("annotations")),
        digest=digest_of(tool),
        trusted=trusted,
    )


@lru_cache(maxsize=2048)
def unknown_profile(name: str) -> ToolProfile:
    """Return the profile of a tool whose definition was never seen: by its name alone."""
    return _profile(
        name=name,
        description="",
        schema=SchemaReading(),
        annotations={},
        digest=digest_of({"name": name}),
        trusted=False,
    )


def digest_of(tool: Mapping[str, JsonValue]) -> str:
    """Return the SHA-256 of the canonical JSON of everything in a definition that a model sees."""
    visible = {key: tool[key] for key in _DIGESTED if key in tool}
    text = json.dumps(visible, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def _text(found: JsonValue) -> str:
    return found if isinstance(found, str) else ""


def _hints(found: JsonValue) -> Mapping[str, JsonValue]:
    return found if isinstance(found, dict) else {}


def _profile(
    *,
    name: str,
    description: str,
    schema: SchemaReading,
    annotations: Mapping[str, JsonValue],
    digest: str,
    trusted: bool,
) -> ToolProfile:
    named = read_name(name)
    told = read_description(description)
    decides = _decides(named, told, schema)
    base, open_ = _said(named, told, schema, decides=decides)
    base, open_ = _annotated(base, open_, annotations, decides=decides, trusted=trusted)
    overwrites = (named.overwrites or (told.overwrites and named.intent is Intent.WRITE)) and not trusted
    # Where the schema demands arguments, a call without any reaches nothing.
    bare = overwrites and not schema.demands
    floor = max((each.intent for each in base), key=RANK.__getitem__, default=Intent.READ)
    if not base and schema.operations is not None:
        floor = schema.operations[0]
    selector = schema.selector if schema.selector is not None and len(schema.selector) <= _SELECTOR_LONGEST else None
    return ToolProfile(
        digest=digest,
        floor=floor,
        name=named,
        base=base,
        open=open_,
        bare=seen([("update_without_target", Intent.DESTRUCTIVE)], "name") if bare else (),
        decides=decides,
        selector=selector,
    )


def _decides(named: NameReading, told: DescriptionReading, schema: SchemaReading) -> bool:
    """Tell whether what the tool does is left to the arguments of a call."""
    unclear = named.generic or named.code is None
    if named.generic or schema.selector is not None or (unclear and told.generic and schema.selects):
        return True
    if schema.executes and told.executes_first:
        # `deploy_job`, described as running the command that it is given.
        return True
    reads_by_query = named.intent is Intent.READ and named.verb in {"query", "get"}
    return (schema.executes or told.executes) and (unclear or not named.sure or reads_by_query)


def _schemed(named: NameReading, told: DescriptionReading, schema: SchemaReading) -> _Evidence:
    """Return what the schema adds to a name that is clear: that money goes out, that a file is put somewhere."""
    if schema.pays and named.verb in _SENDS_MONEY:
        return seen([("schema_money", Intent.DESTRUCTIVE)], "name")
    saves = schema.saves or (told.saves and named.verb in {"download", "export"})
    return seen([("schema_saves", Intent.WRITE)], "name") if saves and named.verb in _SAVES else ()


def _said(
    named: NameReading, told: DescriptionReading, schema: SchemaReading, *, decides: bool
) -> tuple[_Evidence, _Evidence]:
    """Return what holds for every call, and what holds for calls whose arguments show nothing."""
    base: _Evidence = ()
    described = seen(told.marks, "description")
    reads = any(each.intent is Intent.READ for each in described) and len(described) == 1
    if named.code is not None and not named.generic and not (reads and not named.sure):
        base = (*seen([(named.code, named.intent)], "name"), *_schemed(named, told, schema))
    open_: _Evidence = ()
    if decides:
        open_ = described
        # A server that says it only reads is believed as long as no argument says otherwise.
        reads_only = told.read_only or named.reads_only
        executes = (named.executor or schema.executes or told.executes) and not reads_only
        if schema.operations is not None:
            open_ = (*open_, *seen([("schema_operation", schema.operations[1])], "name"))
        elif executes:
            code = (
                "schema_executes" if schema.executes else "description_executes" if told.executes else "name_executes"
            )
            open_ = (*open_, *seen([(code, Intent.DESTRUCTIVE)], "name"))
        if named.reads_only and not open_:
            open_ = seen([("name_verb", Intent.READ)], "name")
        if named.generic and (named.verb in _ASKS_FOR_ANYTHING or not (open_ or base)):
            open_ = (*open_, *seen([("name_generic", Intent.WRITE)], "name"))
        return base, open_
    base = (*base, *described)
    return base or seen([("name_unknown", Intent.WRITE)], "name"), open_


def _annotated(
    base: _Evidence, open_: _Evidence, hints: Mapping[str, JsonValue], *, decides: bool, trusted: bool
) -> tuple[_Evidence, _Evidence]:
    """Add what the server says of the tool.

    `destructiveHint` says what a tool *may* do: where arguments decide, it holds for calls whose arguments show
    nothing.
    It means something only for tools that do not just read (2025-03-26 and later, `ToolAnnotations`).
    """
    read_only, destroys = hints.get("readOnlyHint"), hints.get("destructiveHint")
    if trusted and read_only is True:
        return seen([("annotation_read_only", Intent.READ)], "annotations"), ()
    if trusted and destroys is False:
        return _additive(base), _additive(open_)
    if read_only is False:
        raised = seen([("annotation_not_read_only", Intent.WRITE)], "annotations")
        base, open_ = (base, (*open_, *raised)) if decides else ((*base, *raised), open_)
    if destroys is True and read_only is not True:
        raised = seen([("annotation_destructive", Intent.DESTRUCTIVE)], "annotations")
        base, open_ = (base, (*open_, *raised)) if decides else ((*base, *raised), open_)
    return base, open_


def _additive(evidence: _Evidence) -> _Evidence:
    kept = tuple(each for each in evidence if each.intent is not Intent.DESTRUCTIVE)
    return (
        kept if len(kept) == len(evidence) else (*kept, *seen([("annotation_additive", Intent.WRITE)], "annotations"))
    )
