"""Which tools of a complete list are pinned ones under new names."""

from collections.abc import Mapping
from difflib import SequenceMatcher
from typing import Final

from extproc.model.message import JsonValue
from extproc.pins.canonical import definition_of
from extproc.pins.pin import INSTRUCTIONS, Pin
from extproc.pins.sketch import definition_words, shingles

# The share of words and pairs of words that a renamed tool keeps.
_NEAR: Final = 0.6
# The share of them that stays when a renamed tool says more than before.
_HELD: Final = 0.85
# Tools that say hardly anything are alike by chance, unless their names are as well.
_FEW: Final = 12
_NAMES_NEAR: Final = 0.6
_MOST: Final = 64
_NAME: Final = 64


def renamed(pins: Mapping[str, Pin], tools: Mapping[str, Mapping[str, JsonValue]]) -> Mapping[str, Pin]:
    """Return, by its new name, the pin of each tool that was renamed.

    `pins` are all of the server, `tools` the definitions of a *complete* list by their names: what is absent is gone.
    """
    gone = [pin for name, pin in pins.items() if name not in tools and name != INSTRUCTIONS][:_MOST]
    added = [name for name in tools if name not in pins and name != INSTRUCTIONS][:_MOST]
    if not gone or not added:
        return {}
    before = {pin.name: shingles(definition_words(_baseline(pin))) for pin in gone}
    after = {name: shingles(definition_words(tools[name])) for name in added}
    pairs = sorted(
        ((_likeness(pin.name, name, before[pin.name], after[name]), pin.name, name) for pin in gone for name in added),
        key=lambda pair: (-pair[0], *pair[1:]),
    )
    found: dict[str, Pin] = {}
    taken: set[str] = set()
    for score, old, new in pairs:
        if score >= _NEAR and old not in taken and new not in found:
            found[new] = pins[old]
            taken.add(old)
    return found


def _baseline(pin: Pin) -> Mapping[str, JsonValue]:
    return definition_of(pin.approved or pin.current) or {}


def _likeness(old: str, new: str, before: frozenset[int], after: frozenset[int]) -> float:
    together = len(before | after)
    common = len(before & after)
    share = common / together if together else 1.0
    if len(before) >= _FEW and common / len(before) >= _HELD:
        share = max(share, _NEAR)  # whatever was added to it
    if share < _NEAR:
        return 0.0
    names = SequenceMatcher(None, old[:_NAME].casefold(), new[:_NAME].casefold(), autojunk=False).ratio()
    return share if together >= _FEW or names >= _NAMES_NEAR else 0.0
