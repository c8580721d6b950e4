"""Keep a redacted result valid against its tool's output schema, where it was valid before."""

import hashlib
from collections import OrderedDict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import islice
from typing import Final, TypeAlias

import jsonschema_rs
import orjson

from extproc.mcp.pointer import Pointer
from extproc.model.decision import Edit
from extproc.model.message import JsonObject, JsonValue
from extproc.redact.apply import Rename, apply_edits
from extproc.redact.schema_cost import is_bounded
from extproc.redact.stand_ins import GONE, Gone, Kind, StandIn, stand_ins

_LARGEST_SCHEMA: Final = 256 << 10
_LARGEST_RESULT: Final = 4 << 20
_ROUNDS: Final = 24
_ERRORS: Final = 256
_MANY: Final = 512
_SAID: Final = 32
_NOWHERE: Final = 3
_ROOT: Final = ("result", "structuredContent")
_MARK: Final = StandIn(name="mark", make=lambda _: "[REDACTED]")
# Patterns are matched without backtracking, and where one needs it within a limit.
_PATTERNS: Final = jsonschema_rs.FancyRegexOptions(backtrack_limit=10_000, size_limit=1 << 20, dfa_size_limit=1 << 20)


@dataclass(frozen=True, slots=True, kw_only=True)
class Unfit:
    """There is no redacted result that the schema allows; `reason` may be shown to the client."""

    reason: str


class OutputSchema:
    """A compiled output schema. One that cannot be compiled, or takes too long to check, knows so."""

    __slots__ = ("_formats", "_plain", "usable")

    def __init__(self, schema: JsonValue) -> None:
        """Compile. References out of the schema are never followed."""
        self._formats = self._plain = None
        if isinstance(schema, dict) and len(orjson.dumps(schema)) <= _LARGEST_SCHEMA and is_bounded(schema):
            self._formats, self._plain = _compiled(schema, formats=True), _compiled(schema, formats=False)
        self.usable = self._formats is not None and self._plain is not None

    def passed_by(self, content: JsonValue) -> "jsonschema_rs.Validator | None":
        """Return the strictest check that the content passes: some clients check formats, others do not."""
        for validator in (self._formats, self._plain):
            if validator is not None and validator.is_valid(content):
                return validator
        return None


class OutputSchemas:
    """Compiled schemas by what they say; the least recently used goes first."""

    __slots__ = ("_compiled",)

    def __init__(self) -> None:
        """Start empty."""
        self._compiled: OrderedDict[bytes, OutputSchema] = OrderedDict()

    def of(self, schema: JsonValue) -> OutputSchema:
        """Return the schema compiled."""
        digest = hashlib.sha256(orjson.dumps(schema, option=orjson.OPT_SORT_KEYS)).digest()
        known = self._compiled.get(digest)
        if known is None:
            known = self._compiled[digest] = OutputSchema(schema)
            if len(self._compiled) > _MANY:
                self._compiled.popitem(last=False)
        self._compiled.move_to_end(digest)
        return known


def fitted(document: JsonObject, edits: Sequence[Edit], schema: OutputSchema | None) -> tuple[Edit, ...] | Unfit:
    """Return edits after which the structured content is valid if it was before.

    Marks stay where the schema allows them. Elsewhere something stands in that says as little: for an address one that
    nobody has, null, nothing at all, a zero. Places of one kind (the same member of every element) are treated alike.
    `schema` is None where the definition of the tool was never seen.
    """
    inside = [edit for edit in edits if edit.pointer[:2] == _ROOT]
    if not inside or schema is None:
        return tuple(edits)
    result = document.get("result")
    content = result.get("structuredContent") if isinstance(result, dict) else None
    snapshot = orjson.dumps(content)
    if not schema.usable or len(snapshot) > _LARGEST_RESULT:
        return Unfit(reason="part of the result is redacted, and its output schema cannot be checked")
    check = schema.passed_by(content)
    if check is None:
        return tuple(edits)
    fitting = _Fitting(snapshot, inside, check)
    if not fitting.succeeds():
        return Unfit(reason="part of the result is redacted, and what is left does not fit its output schema")
    return (*(edit for edit in edits if edit.pointer[:2] != _ROOT), *fitting.edits())


def _compiled(schema: JsonObject, *, formats: bool) -> "jsonschema_rs.Validator | None":
    try:
        return jsonschema_rs.validator_for(schema, validate_formats=formats, pattern_options=_PATTERNS, offline=True)
    except (ValueError, jsonschema_rs.ReferencingError):
        return None


# Places of one kind: where they are but for the elements, what stood there, and what is done there.
_Slot: TypeAlias = tuple[tuple[str, ...], type, type[Edit], bool]


@dataclass(slots=True)
class _State:
    """What was tried for the places of one kind, and what the schema said."""

    edits: list[Edit]
    dropped: bool = False
    kinds: list[Kind] = field(default_factory=list)
    tried: set[str] = field(default_factory=set)


# The kinds of places by pointer: edits of a value, new names and absences by their object, everything below.
_Landed: TypeAlias = tuple[
    dict[Pointer, list[_State]],
    dict[Pointer, list[_State]],
    dict[Pointer, list[_State]],
]


class _Fitting:
    """One search for edits that the schema allows."""

    def __init__(self, snapshot: bytes, edits: Iterable[Edit], check: "jsonschema_rs.Validator") -> None:
        self._snapshot = snapshot
        self._check = check
        self._originals = orjson.loads(snapshot)
        self._states: dict[_Slot, _State] = {}
        for edit in edits:
            self._states.setdefault(self._slot(edit), _State(edits=[], dropped=edit.remove)).edits.append(edit)

    def edits(self) -> list[Edit]:
        """Return the edits as they are now; a member with a new name and a new value goes only once."""
        edits = [edit for state in self._states.values() for edit in state.edits]
        gone = {edit.pointer: edit for edit in edits if edit.remove}
        return [*(edit for edit in edits if edit.pointer not in gone), *gone.values()]

    def succeeds(self) -> bool:
        for _ in range(_ROUNDS):
            content = self._edited()
            if content is not GONE and self._check.is_valid(content):
                return True
            errors = [] if content is GONE else [*islice(self._check.iter_errors(content), _ERRORS)]
            hit = self._hit(errors)
            if not hit or not all([self._advance(state) for state in hit]):  # noqa: C419 - each is to advance
                return False
        return False

    def _edited(self) -> JsonValue | Gone:
        wrapped: JsonValue = {"result": {"structuredContent": orjson.loads(self._snapshot)}}
        edited = apply_edits(wrapped, self.edits())
        assert isinstance(edited, dict)  # noqa: S101 - as it was made; narrows
        result = edited["result"]
        assert isinstance(result, dict)  # noqa: S101 - as above
        return result.get("structuredContent", GONE)

    def _slot(self, edit: Edit) -> _Slot:
        kind = tuple("*" if isinstance(token, int) else token for token in edit.pointer)
        return kind, type(self._original(edit)), type(edit), edit.remove

    def _original(self, edit: Edit) -> JsonValue:
        value: JsonValue = self._originals
        for token in edit.pointer[len(_ROOT) :]:
            value = value[token]  # type: ignore[index]  # the edit is of this document
        return value

    def _hit(self, errors: Iterable[jsonschema_rs.ValidationError]) -> list[_State]:
        """Return the kinds of places to which the schema objects, as closely as it says, with what it said to them."""
        hit: dict[int, _State] = {}
        landed = self._landed()
        for error in errors:
            inner = [*_innermost(error)]
            nearest = [_nearest(landed, (*_ROOT, *one.instance_path)) for one in inner]
            # Of a choice of schemas, those that object to a value are nearer than those that mean something else.
            best = min((rank for rank, _ in nearest), default=_NOWHERE)
            for one, (rank, states) in zip(inner, nearest, strict=True):
                for state in states if rank == best else ():
                    state.kinds[_SAID:] = [one.kind]
                    hit[id(state)] = state
        return [*hit.values()]

    def _landed(self) -> _Landed:
        """Return where each edit stands once members have new names."""
        names = {edit.pointer: edit.name for edit in self.edits() if isinstance(edit, Rename)}
        landed: _Landed = ({}, {}, {})
        for state in self._states.values():
            for edit in state.edits:
                pointer = tuple(names.get(edit.pointer[: at + 1], token) for at, token in enumerate(edit.pointer))
                landed[0].setdefault(pointer, []).append(state)
                if edit.remove or isinstance(edit, Rename):
                    landed[1].setdefault(pointer[:-1], []).append(state)
                for length in range(len(_ROOT), len(pointer)):
                    below = landed[2].setdefault(pointer[:length], [])
                    if not below or below[-1] is not state:
                        below.append(state)
        return landed

    def _advance(self, state: _State) -> bool:
        """Put the next thing that can stand in the places of one kind."""
        first = self._original(state.edits[0])
        if isinstance(state.edits[0], Rename):
            options = [one for one in stand_ins(first, ()) if one.name == "gone"]
        else:
            options = [*([_MARK] if state.dropped else []), *stand_ins(first, state.kinds)]
        for option in options:
            if option.name in state.tried:
                continue
            state.tried.add(option.name)
            made = [(edit, self._original(edit), option.make(self._original(edit))) for edit in state.edits]
            replaced = [_replaced(edit, stand_in) for edit, _, stand_in in made]
            # What stands in must not be what is to be hidden; where some are other than it, it gives nothing away.
            if all(replaced) and any(original != stand_in for _, original, stand_in in made):
                state.edits = [edit for edit in replaced if edit is not None]
                return True
        return False


def _replaced(edit: Edit, stand_in: JsonValue | Gone) -> Edit | None:
    """Return the edit with something else in the place; None for what cannot be left out."""
    if isinstance(stand_in, Gone):
        member = len(edit.pointer) > len(_ROOT) and isinstance(edit.pointer[-1], str)
        return Edit(pointer=edit.pointer, remove=True) if member else None
    return Edit(pointer=edit.pointer, replacement=stand_in)


def _innermost(error: jsonschema_rs.ValidationError) -> Iterator[jsonschema_rs.ValidationError]:
    """Yield an error, or for a choice of schemas what each of them said."""
    match error.kind:
        case Kind.AnyOf(context=context) | Kind.OneOfNotValid(context=context) if context:
            for branch in context:
                for inner in branch:
                    yield from _innermost(inner)
        case _:
            yield error


def _nearest(landed: _Landed, path: Pointer) -> tuple[int, list[_State]]:
    """Return what an error is about, and how near that is: edits at its place, names and absences in it, all below."""
    at = next((landed[0][path[:length]] for length in range(len(path), 0, -1) if path[:length] in landed[0]), [])
    for rank, states in enumerate((at, landed[1].get(path, []), landed[2].get(path, []))):
        if states:
            return rank, states
    return _NOWHERE, []
