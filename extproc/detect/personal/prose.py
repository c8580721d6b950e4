"""Names of persons in prose: where a text is prose, and which of the names that a language model sees are believed."""

import re
from collections.abc import Iterator, Sequence
from collections.abc import Set as AbstractSet
from typing import Final

from extproc.detect.personal.persons import ALSO_NAMES, PARTICLES, words_of_name
from extproc.detect.personal.surroundings import word_set

FULL_NAME: Final = "ner-full-name"
ONE_NAME: Final = "ner-name"

# Words that every sentence has some of, and a line of code, of a table or of a list of names has none of.
_FUNCTION_WORDS: Final = word_set(
    """
    a about after all an and any are as at be because been before but by can could did do does for from had has have he
    her here him his how i i'm if in into is it its just like me my no not of off on one or our out over she should so
    some than that the their them then there they this to under up us was we were what when where which while who why
    will with would you your
    """
)
_SMALL_WORD: Final = re.compile(r"(?<![\w@./-])[^\W\d_A-Z]{3,}(?![\w@/-]|\.\w)")
_WORD: Final = re.compile(r"[^\W\d_]+(?:['\u2019-][^\W\d_]+)*")
_FEW_WORDS: Final = 12
_LEAST_WORDS: Final = 3
_LINE: Final = re.compile(r"[^\n]+")
# A line that has been broken where it was full goes on in the next.
_FULL: Final = 50
_ENDED: Final = (".", "!", "?", ":", ";", '"', "\u201d")
# Signs of code, of markup and of paths, of which prose has few.
_SIGNS: Final = re.compile(r"[{}\[\]<>=;|\\_/$#@`*^~+]|\w\(|\w\.\w")
_MOST_SIGNS: Final = 0.25  # for each word
# What is sent to a model at once: its memory grows with the text.
_LONGEST: Final = 20_000

_POSSESSIVE: Final = re.compile(r"['\u2019]s?$")
_BORDERS: Final = " \t\n.,;:!?\"'()[]<>*\u201c\u201d\u2018\u2019-\u2013\u2014"
# A number on either side makes it a street, a product or a version; an article a thing, or one of several.
_NUMBER_BEFORE: Final = re.compile(r"\d[A-Za-z]?[ ,]{1,2}$")
_NUMBER_AFTER: Final = re.compile(r",? ?(?:No\.? ?|#)?\d")
_AGE_AFTER: Final = re.compile(
    r"(?:, (?:aged? )?| \(|,? aged? )\d{1,3}(?![\w.:/-])(?: ?years?| ?y/?o)?\)?(?=[,.;)]|\s[a-z]|$)"
)
_ARTICLE: Final = re.compile(r"\b(?:the|a|an|this|that|these|those|each|every|no)\s$", re.IGNORECASE)
_JOINED_BEFORE: Final = re.compile(r"[\w/@#$\\`.=:+~<{-]$")
_JOINED_AFTER: Final = re.compile(r"[\w/@\\`=({<~+]|\.\w|:\w|-[a-z]")
_MORE_NAME: Final = re.compile(r"(?: (?:&|and|of|de|the))? ([^\W\d_][\w'\u2019-]*)")
_LIST_BEFORE: Final = re.compile(r"[^\W\d_]{2,},\s$")
_LIST_AFTER: Final = re.compile(r",? (?:and|&|or) [^\W\d_a-z]|, [^\W\d_a-z][\w-]+(?:,| and| &)")
_ROAD: Final = re.compile(
    r"\w*(?:stra(?:ss|\u00df)e|straat|str\u00e6de|gatan?|vej|veien|v[a\u00e4]gen|gasse|platz)"
    r"|(?:squares?|roads?|rd|streets?|st|str|ave(?:nue)?|boulevard|blvd|terrace|drive|crescent|close|parkway|highway"
    r"|turnpike|bypass|plaza|via|rua|rue|calle|apt|suite|orchestra|band|ensemble|choir|records|inc|incorporated|llc|ltd"
    r"|gmbh|plc|corp|company|sons|brothers|associates)\.?",
    re.IGNORECASE,
)
# Words beside which a single word in capitals is a person: a title, what is said of persons, what persons do.
_PERSON_BEFORE: Final = re.compile(
    r"(?:\b(?:mr|mrs|ms|dr|prof|rev|st)\.?|\b(?:miss|sir|madam|lady|lord|doctor|professor|uncle|aunt|father|mother"
    r"|brother|sister|son|daughter|wife|husband|boss|friend|colleague|neighbou?r|patient|customer|client|captain|user"
    r"|agent|caller|president|king|queen|prince|princess|saint)s?,?"
    r"|\b(?:named?(?: is)?|name's|calls? me|called|i am|i'm|this is|dear|hi|hello|hey|thanks|thank you|regards|cheers"
    r"|ask(?:ed)?|tell|told|met|meet|married|loves?|sincerely|best|said|says|replied|remember me"
    r"|(?:written|sent|signed|directed|invited|hired|seen|raised) by),?:?)\s$",
    re.IGNORECASE,
)
_PERSON_AFTER: Final = re.compile(
    r",? (?:said|says|asked|asks|wrote|writes|told|tells|called|wanted|lives?|lived|came|went|likes?|liked|loves?|loved"
    r"|knows|knew|got|took|gave|moved|flew|spent|thinks?|thought|who|whose|whom)\b"
    r"|['\u2019]s? (?:mother|father|brother|sister|son|daughter|wife|husband|child|children|kids?|family|friends?|boss"
    r"|house|home|birthday|address|phone|number|e-?mail|account|appointment|salary|doctor|death|life|name)\b"
    r"|,? (?:is|was|isn't|wasn't) (?:born|married|hired|fired|sick|ill|\d|(?:my|her|his|our|their|your) )"
)
_SPEAKER: Final = re.compile(r":\s?[\"\u201c]?[^\W\d_a-z]")
_CREDIT: Final = re.compile(
    r"(?:author|copyright|maintain|contribut|\(c\)|signed-off|commit|packag)[^\n]{0,60}$", re.IGNORECASE
)
_COMMENT: Final = re.compile(r"[ \t]*(?:#|//|/?\*|;|--|%|dnl\b|<!--)")


def prose(text: str) -> Iterator[tuple[int, int]]:
    """Yield the parts of a text that are prose: lines, and those together that were only broken where they were full.

    A part is what a model reads at once; a longer line is several.
    """
    start = end = -1
    for line in _LINE.finditer(text):
        if not _is_prose(line[0]):
            continue
        if end + 1 == line.start() and line.end() - start <= _LONGEST and _is_broken(text, start, end):
            end = line.end()
            continue
        yield from _pieces(text, start, end)
        start, end = line.span()
    yield from _pieces(text, start, end)


def common_words(text: str) -> frozenset[str]:
    """Return the words that a text has in small letters, none of which is a name there; addresses of mail aside."""
    return frozenset(_SMALL_WORD.findall(text))


def believed(
    text: str, start: int, end: int, names: Sequence[tuple[int, int]], common: AbstractSet[str]
) -> Iterator[tuple[int, int, str]]:
    """Yield those of the names in a part of a text that are persons, with the kind of each.

    A single word counts beside words that are about persons, and as part of a name that counts. `common` are the
    `common_words` of the text.
    """
    found = [(first, last) for first, last in (_trimmed(text, *one) for one in names) if first < last]
    found = [(first, last) for first, last in found if _is_name(text, start, end, first, last)]
    found = [(first, last) for first, last in found if not _is_common(text[first:last], common)]
    full = [(first, last) for first, last in found if words_of_name(text[first:last]) > 1]
    known = {word for first, last in full for word in _WORD.findall(text[first:last])}
    for first, last in found:
        if (first, last) in full:
            yield first, last, FULL_NAME
        elif text[first:last] in known or _is_person(text[start:first], text[first:last], text[last:end]):
            yield first, last, ONE_NAME


def _pieces(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    """Yield a part in pieces that are short enough, cut between words where there are any."""
    while end - start > _LONGEST:
        cut = text.rfind(" ", start + 1, start + _LONGEST)
        cut = cut if cut > 0 else start + _LONGEST
        yield start, cut
        start = cut
    if start < end:
        yield start, end


def _is_broken(text: str, start: int, end: int) -> bool:
    last = text.rfind("\n", start, end) + 1
    return end - max(last, start) >= _FULL and not text[start:end].rstrip().endswith(_ENDED)


def _is_prose(line: str) -> bool:
    words = [] if _COMMENT.match(line) else _WORD.findall(line[:_LONGEST])
    if len(words) < _LEAST_WORDS:
        return False
    least = 1 if len(words) <= _FEW_WORDS else 2
    return sum(word.lower() in _FUNCTION_WORDS for word in words) >= least and len(
        _SIGNS.findall(line[:_LONGEST])
    ) <= _MOST_SIGNS * len(words)


def _trimmed(text: str, start: int, end: int) -> tuple[int, int]:
    """Return a name without what stands on its borders: quotes, stops, a new line and the mark of possession."""
    value = text[start:end]
    left = len(value) - len(value.lstrip(_BORDERS))
    value = value[left:].partition("\n")[0].rstrip(_BORDERS)
    value = _POSSESSIVE.sub("", value)
    return start + left, start + left + len(value)


def _is_name(text: str, start: int, end: int, first: int, last: int) -> bool:
    """Whether a person can be meant: the form of a name, and nothing beside it that makes it a place or a thing."""
    value, before, after = text[first:last], text[max(start, first - 60) : first], text[last : min(end, last + 60)]
    if not words_of_name(value) or any(map(_ROAD.fullmatch, value.split())) or _has_acronym(value):
        return False
    if _JOINED_BEFORE.search(before) or _JOINED_AFTER.match(after) or _CREDIT.search(before):
        return False
    if _NUMBER_BEFORE.search(before) or (_NUMBER_AFTER.match(after) and not _AGE_AFTER.match(after)):
        return False
    more = _MORE_NAME.match(after)
    if more and (_ROAD.fullmatch(more[1]) or (more[1][0].isupper() and after[0] == " " and more.start(1) == 1)):
        return False
    return words_of_name(value) > 1 or not _ARTICLE.search(before)


def _is_common(name: str, common: AbstractSet[str]) -> bool:
    """Whether a word of a name is one of the words that are no names, though it could be one elsewhere."""
    lowered = (word.lower() for word in _WORD.findall(name))
    return any(word in common and word not in ALSO_NAMES and word not in PARTICLES for word in lowered)


def _has_acronym(value: str) -> bool:
    """Whether a word of capitals stands before others, as the kind of a ship or the short name of a firm does."""
    first = value.partition(" ")[0]
    return len(first) > 1 and first.isalpha() and first.isupper() and not value.isupper()


def _is_person(before: str, value: str, after: str) -> bool:
    if value.isupper():
        return False
    if (not before or before.endswith("\n")) and _SPEAKER.match(after):
        return True
    if _LIST_BEFORE.search(before) or _LIST_AFTER.match(after):
        return False
    return _PERSON_BEFORE.search(before[-40:]) is not None or _PERSON_AFTER.match(after) is not None
