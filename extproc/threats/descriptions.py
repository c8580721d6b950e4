"""Whether a definition tells the model to do more than use what it defines: tools, prompts, resources, instructions.

Every string of a definition is weighed, names of members too. The score of a text is the sum of the weights of the
distinct families of evidence that stand near each other in it; patterns of one family are evidence of the same thing.
A model of how such texts sound adds to the sum, or takes a little from it.
"""

from collections.abc import Iterator, Mapping
from enum import Enum
from types import MappingProxyType
from typing import Final

from extproc.mcp.pointer import Pointer
from extproc.model.message import JsonValue
from extproc.model.passage import Passage, Sign
from extproc.threats.dampers import Subject, subject_of, undamped
from extproc.threats.definition_model import DefinitionModel, Heard
from extproc.threats.evidence import Engines, Evidence, EvidenceEngine
from extproc.threats.naming import named_tools
from extproc.threats.weighing import FORM, LOWERED, score_of, weighed

# Signs that begin further apart than this, in characters, do not belong together.
_NEAR: Final = 400
_SHORTEST: Final = 4
# What scores less than this is not even a hint.
_LEAST: Final = 0.15
_MAX_DEPTH: Final = 128
# Members whose values are no prose.
_NO_PROSE: Final = frozenset({"name", "type", "format", "pattern", "$schema", "$ref", "$id", "uri", "mimeType"})
# What was hidden or encoded does not sound like anything, and weighs what it weighs.
_UNHEARD: Final = frozenset({"hidden_text", "encoded_text", "disguised_text"})


class DefinitionKind(Enum):
    """What a definition defines: a server speaks to the model in each, and may say different things in them."""

    TOOL = "tool"
    PROMPT = "prompt"
    RESOURCE = "resource"
    INSTRUCTIONS = "instructions"
    ELICITATION = "elicitation"
    SAMPLING = "sampling"


# Instructions and prompts are there to give orders to the model: what is an order's form says little in them.
_ORDERS_ARE_USUAL: Final[Mapping[str, float]] = MappingProxyType({**dict.fromkeys(FORM, 0.25), "foreign_rule": 0.5})
# What else the weights of a kind are, instead of those in the files.
_WEIGHTS: Final[Mapping[DefinitionKind, Mapping[str, float]]] = MappingProxyType(
    {
        DefinitionKind.TOOL: {},
        DefinitionKind.RESOURCE: {},
        DefinitionKind.PROMPT: _ORDERS_ARE_USUAL,
        DefinitionKind.INSTRUCTIONS: _ORDERS_ARE_USUAL,
        DefinitionKind.SAMPLING: {**_ORDERS_ARE_USUAL, "override": 3.0, "whole_context": 2.5},
        DefinitionKind.ELICITATION: {"credential_request": 5.0, "login_link": 4.0, "consequence": 2.5},
    }
)


class DescriptionJudge:
    """Weighs definitions. Safe to use from several threads; who asks again for the same definition keeps the answer."""

    def __init__(self, evidence: Evidence, engines: Engines, model: DefinitionModel | None = None) -> None:
        """Compile the patterns; without a model they alone are weighed. Raises: `PatternError`."""
        self._weights = {kind: {**evidence.weights, **other} for kind, other in _WEIGHTS.items()}
        self._model = model
        self._engine = EvidenceEngine(evidence.patterns, engines)

    def judge(
        self,
        definition: Mapping[str, JsonValue],
        *,
        names: frozenset[str] = frozenset(),
        kind: DefinitionKind = DefinitionKind.TOOL,
    ) -> tuple[Passage, ...]:
        """Return what in a definition speaks to the model, the surest first.

        `names` are those of the other tools of the session: a definition that names one of them reaches beyond itself.
        """
        leaves = list(_leaves(definition))
        texts = list(dict.fromkeys(text for _, text, _ in leaves))
        signs = dict(zip(texts, self._engine.found(texts), strict=True))
        subject = subject_of(_name(definition), _parameters(definition))
        heard = self._heard(definition) if kind is DefinitionKind.TOOL else {}
        passages = (
            self._passage(leaf, self._signs(leaf[1], signs[leaf[1]], subject, names), kind, heard.get(leaf[0]))
            for leaf in leaves
            if signs[leaf[1]] or (leaf[0] in heard and not leaf[2])
        )
        return tuple(sorted((one for one in passages if one is not None), key=lambda passage: -passage.score))

    def _heard(self, definition: Mapping[str, JsonValue]) -> dict[Pointer, Heard]:
        """Return how the texts of a definition sound, by where they stand."""
        model = self._model
        if model is None:
            return {}
        heard = ((pointer, model.heard(text)) for pointer, text in told(definition))
        return {pointer: one for pointer, one in heard if one is not None}

    @staticmethod
    def _signs(text: str, signs: tuple[Sign, ...], subject: Subject, names: frozenset[str]) -> tuple[Sign, ...]:
        found = undamped(signs, text, subject)
        if not found or not names:
            return found
        return tuple(sorted((*found, *named_tools(text, names, subject)), key=lambda sign: sign.start))

    def _passage(
        self, leaf: tuple[Pointer, str, bool], signs: tuple[Sign, ...], kind: DefinitionKind, heard: Heard | None
    ) -> Passage | None:
        pointer, _, in_key = leaf
        weight, near = weighed(signs, self._weights[kind], _NEAR)
        if heard is not None and self._model is not None and not in_key:
            added = self._model.worth * (heard.logit - self._model.zero)
            least = -LOWERED if pointer == ("description",) and _UNHEARD.isdisjoint(one.family for one in near) else 0.0
            weight += max(least, added)
            if added > 0:
                sign = Sign(code="sounds-like-an-order", family="sound", start=heard.start, end=heard.end)
                near = tuple(sorted((*near, sign), key=lambda one: one.start))
        score = score_of(weight)
        if score < _LEAST or not near:
            return None
        start, end = min(sign.start for sign in near), max(sign.end for sign in near)
        return Passage(pointer=pointer, start=start, end=end, score=score, signs=near, in_key=in_key)


def told(definition: Mapping[str, JsonValue]) -> Iterator[tuple[Pointer, str]]:
    """Return the prose of a definition, with where it stands."""
    for pointer, text, in_key in _leaves(definition):
        if not in_key and pointer[-1] not in _NO_PROSE and (" " in text or not text.isascii()):
            yield pointer, text


def _name(definition: Mapping[str, JsonValue]) -> str:
    name = definition.get("name")
    return name if isinstance(name, str) else ""


def _parameters(definition: Mapping[str, JsonValue]) -> list[str]:
    """Return the names of the parameters of a tool."""
    schema = definition.get("inputSchema")
    properties = schema.get("properties") if isinstance(schema, dict) else None
    return list(properties) if isinstance(properties, dict) else []


def _leaves(root: Mapping[str, JsonValue]) -> Iterator[tuple[Pointer, str, bool]]:
    """Return the strings of a definition and the names of its members, with where they stand, in their order."""
    waiting: list[tuple[Pointer, JsonValue]] = [((), dict(root))]
    while waiting:
        pointer, value = waiting.pop()
        match value:
            case str() if len(value) >= _SHORTEST:
                yield pointer, value, False
            case dict() if len(pointer) < _MAX_DEPTH:
                yield from (((*pointer, name), name, True) for name in value if len(name) >= _SHORTEST)
                waiting.extend(((*pointer, name), member) for name, member in reversed(value.items()))
            case list() if len(pointer) < _MAX_DEPTH:
                waiting.extend(((*pointer, place), member) for place, member in reversed(list(enumerate(value))))
