"""How a sentence of a result speaks: whether it wants something done, by whom, and how it stands in its text.

What it wants is told elsewhere (`asks`). Each trait has a weight in `odds`; the names here are those there.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from itertools import islice
from typing import Final

from extproc.classify.tokens import word_set

# Sentences of one text that are looked at.
MAX_SENTENCES: Final = 256
_SHORTEST: Final = 4
_MANY_WORDS: Final = 40
_FEW: Final = 2
_ROWS: Final = 3
_CLASSES: Final[Mapping[str, frozenset[str]]] = {
    "please": word_set(
        """
        please kindly pls thanks thank appreciate appreciated grateful bitte danke merci veuillez gracias favor grazie
        obrigado alstublieft prosze
        """
    ),
    "you": word_set("you your yours yourself u"),
    "machine": word_set(
        """
        assistant assistants agent agents bot bots ai model llm automation automations copilot helper helpers tool
        tools tooling robot chatbot integration
        """
    ),
    "whoever": word_set("whoever anyone anybody whichever whomever whosoever wer quiconque quien chiunque quem wie"),
    "reading": word_set(
        """
        reads reading opens opening handles handling processes processing summarises summarizes summarising
        summarizing analyses analysing browsing visits visiting handled crawling indexing parsing passes
        """
    ),
    "every": word_set("all every each any whole entire full everything complete"),
    "when": word_set("when whenever once while if after before until upon unless soon moment"),
    "claims": word_set(
        "agreed approved confirmed authorised authorized cleared verified already decided okay permission policy signed"
    ),
}
_BITS: Final = {name: 1 << place for place, name in enumerate(_CLASSES)}
_OF: Final[Mapping[str, int]] = {
    word: sum(_BITS[name] for name, words in _CLASSES.items() if word in words)
    for word in frozenset().union(*_CLASSES.values())
}
# With one of these a sentence may want something; the others are in every second one.
_WANTING: Final = word_set(
    """
    need needs needed must should shall required requires require supposed ought necessary has got expected due owed
    belongs belong missing lack lacks awaiting wanted want wants wish prefer muss sollen soll sollte bitten doit doivent
    faut debe deben devono deve devem moet moeten everyone someone somebody members subscribers
    """
).union(*(_CLASSES[name] for name in ("please", "machine", "whoever", "when")))
_BETWEEN: Final = re.compile(r"[.!?;|\n]\s+|\n")
_BEING: Final = word_set("be is are get gets being")
_PASSIVE: Final = re.compile(r"\b(?:be|is|are|get|gets|being) +\w+(?:ed|en|nt|ut)\b")
_WISHING: Final = word_set("would could can")
_WISH: Final = re.compile(
    r"\b(?:would (?:like|love|want|prefer|help|be +(?:great|nice|good|best))|(?:could|can|would) you)\b"
)
_ROW: Final = re.compile(r"\||,[^,]*,")
_QUOTES: Final = re.compile(r"[\"'\u2018\u201c(]")
_SIGNS: Final = str.maketrans(
    dict.fromkeys("!\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~0123456789\n\t\r\u2018\u2019\u201c\u201d", " ")
)


def spaced(low: str) -> str:
    """Return a text with a space for each sign and number, so that words can be told apart at once."""
    return low.translate(_SIGNS)


def sentences_of(text: str) -> tuple[tuple[int, int], ...]:
    """Return where the sentences, lines and cells of a text begin and end, the first ones of many."""
    return tuple(islice(_sentences(text), MAX_SENTENCES))


def _sentences(text: str) -> Iterator[tuple[int, int]]:
    at = 0
    for found in _BETWEEN.finditer(text):
        if found.start() - at >= _SHORTEST:
            yield at, found.start()
        at = found.end()
    if len(text) - at >= _SHORTEST:
        yield at, len(text)


def setting_of(text: str, sentences: Sequence[tuple[int, int]], orders: int) -> dict[str, float]:
    """Return the traits of a whole text of which so many sentences are orders: instructions are all orders."""
    rows = sum(_ROW.search(text, start, end) is not None for start, end in islice(sentences, 16))
    return {
        "many": min(1.0, len(sentences) / 24),
        "orders": min(1.0, orders / max(1, len(sentences))),
        "several": float(orders >= _ROWS),
        "lone": float(len(sentences) <= _FEW),
        "rows": float(rows >= _ROWS),
        "long": min(1.0, len(text) / 4000),
    }


def wants(words: Sequence[str], low: str) -> bool:
    """Tell whether a sentence, given as words and as these with spaces, may want something without ordering it."""
    return not _WANTING.isdisjoint(words) or _passive(words, low) or _wishes(words, low)


def _passive(words: Sequence[str], low: str) -> bool:
    return not _BEING.isdisjoint(words) and _PASSIVE.search(low) is not None


def _wishes(words: Sequence[str], low: str) -> bool:
    return not _WISHING.isdisjoint(words) and _WISH.search(low) is not None


def manner_of(sentence: str, words: Sequence[str], low: str) -> dict[str, float]:
    """Return the traits of a sentence alone, by its words and its form."""
    bits = 0
    for word in words:
        if word in _OF:
            bits |= _OF[word]
    made = {name: 1.0 for name, bit in _BITS.items() if bits & bit}
    made["words"] = min(1.0, len(words) / _MANY_WORDS)
    made["wish"] = float(_wishes(words, low))
    made["to"] = float("to" in words)
    made["quotes"] = float(_QUOTES.search(sentence) is not None)
    return made
