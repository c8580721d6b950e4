"""Whether a definition tells the model to do more than use what it defines: tools, prompts, resources, instructions.

Every string of a definition is weighed, names of members too. The score of a text is the sum of the weights of the
distinct families of evidence that stand near each other in it; patterns of one family are evidence of the same thing.
"""

from collections.abc import Iterator, Mapping
from enum import Enum
from types import MappingProxyType
from typing import Final

from extproc.mcp.pointer import Pointer
from extproc.model.message import JsonValue
from extproc.model.passage import Passage, Sign
from extproc.threats.dampers import Subject, subject_of, undamped
from extproc.threats.evidence import Engines, Evidence, EvidenceEngine
from extproc.threats.naming import named_tools
from extproc.threats.weighing import FORM, weighed

# Signs that begin further apart than this, in characters, do not belong together.
_NEAR: Final = 400
_SHORTEST: Final = 4
# What scores less than this is not even a hint.
_LEAST: Final = 0.15
_MAX_DEPTH: Final = 128


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

    def __init__(self, evidence: Evidence, engines: Engines) -> None:
        """Compile the patterns. Raises: `PatternError`."""
        self._weights = {kind: {**evidence.weights, **other} for kind, other in _WEIGHTS.items()}
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
        passages = (self._passage(leaf, signs[leaf[1]], subject, names, kind) for leaf in leaves if signs[leaf[1]])
        return tuple(sorted((one for one in passages if one is not None), key=lambda passage: -passage.score))

    def _passage(
        self,
        leaf: tuple[Pointer, str, bool],
        signs: tuple[Sign, ...],
        subject: Subject,
        names: frozenset[str],
        kind: DefinitionKind,
    ) -> Passage | None:
        pointer, text, in_key = leaf
        found = undamped(signs, text, subject)
        if found and names:
            found = tuple(sorted((*found, *named_tools(text, names, subject)), key=lambda sign: sign.start))
        score, near = weighed(found, self._weights[kind], _NEAR)
        if score < _LEAST:
            return None
        start, end = min(sign.start for sign in near), max(sign.end for sign in near)
        return Passage(pointer=pointer, start=start, end=end, score=score, signs=near, in_key=in_key)


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
