"""Judgement of definitions: of each once, for lists repeat themselves."""

from collections import OrderedDict
from collections.abc import Mapping, Sequence
from typing import Final, TypeVar

from extproc.model.message import JsonValue
from extproc.model.passage import Passage
from extproc.pins.canonical import canonical_text, definition_of, digest_of
from extproc.pins.entries import ServerEntry
from extproc.pins.pin import Version
from extproc.pins.shadowing import Shadow, shadowing
from extproc.threats.descriptions import DefinitionKind, DescriptionJudge

# From this score on a passage is a finding, and its definition is poisoned.
SURE: Final = 0.5
_JUDGED: Final = 4_096
_Value = TypeVar("_Value")


class Definitions:
    """Judges definitions, and remembers what it said: lists repeat themselves."""

    def __init__(self, judge: DescriptionJudge) -> None:
        """Take what judges a definition that was not seen before."""
        self._judge = judge
        self._known: OrderedDict[str, tuple[Passage, ...]] = OrderedDict()
        self._poisoned: OrderedDict[str, bool] = OrderedDict()
        self._shadows: dict[str, tuple[ServerEntry, tuple[ServerEntry, ...], tuple[Shadow, ...]]] = {}

    def passages(
        self, definition: Mapping[str, JsonValue], kind: DefinitionKind, names: frozenset[str] = frozenset()
    ) -> tuple[Passage, ...]:
        """Return what in a definition speaks to the model; `names` are those of the tools of other servers."""
        text = canonical_text(definition)
        digest = digest_of("\0".join((kind.value, text, *(name for name in sorted(names) if name in text))))
        known = self._known.get(digest)
        if known is None:
            known = self._judge.judge(definition, names=names, kind=kind)
        _put(self._known, digest, known)
        return known

    def is_poisoned(
        self,
        version: Version,
        definition: Mapping[str, JsonValue],
        kind: DefinitionKind = DefinitionKind.TOOL,
        names: frozenset[str] = frozenset(),
    ) -> bool:
        """Tell whether a definition speaks to the model for certain, and remember it for calls."""
        poisoned = any(one.score >= SURE for one in self.passages(definition, kind, names))
        _put(self._poisoned, version.digest, poisoned)
        return poisoned

    def was_poisoned(self, version: Version) -> bool | None:
        """Tell whether a version that was listed, here or by a replica, speaks to the model.

        None when nobody here has seen it, and its text is too long to be kept.
        """
        known = self._poisoned.get(version.digest)
        if known is not None:
            return known
        definition = definition_of(version)
        return None if definition is None else self.is_poisoned(version, definition)

    def shadows(self, entry: ServerEntry, others: Sequence[ServerEntry]) -> tuple[Shadow, ...]:
        """Return what of a server passes for something else; lists repeat themselves, and so does the answer."""
        known, others = self._shadows.get(entry.server), tuple(one for one in others if one.server != entry.server)
        if known is not None and known[0] == entry and known[1] == others:
            return known[2]
        found = shadowing(entry, others)
        if len(self._shadows) < _JUDGED or entry.server in self._shadows:
            self._shadows[entry.server] = (entry, others, found)
        return found


def _put(kept: OrderedDict[str, _Value], key: str, value: _Value) -> None:
    kept[key] = value
    kept.move_to_end(key)
    if len(kept) > _JUDGED:
        kept.popitem(last=False)
