"""How much a run of letters looks like words of a language rather than drawn at random."""

import re
from functools import lru_cache
from typing import Final

# For each first letter (row: start of a word, a to z) the cost in bits, 0 to 9, of each next one (column: a to z, end
# of the word), counted over words of English and of identifiers. Random letters cost 5.5 bits a step, words about 4.
# fmt: off
_COST: Final = (
    "444455554764455474345657789", "854587575863438593435677684", "366637774683773694573987594",
    "386637935944672795645999794", "477526783886774795565889792", "575466686984537673347675792",
    "476644792994763794554989693", "487737654995754794564889782", "288728983986773795655989693",
    "554556599974524595449697965", "286637773768873787483879893", "377727663875764796465869692",
    "377527783973774798555799593", "257628893986573498575899793", "474446374867764798436699793",
    "665476686964425593454658894", "386737854974783593545989593", "688776885994769795561689993",
    "375527583966564695445789693", "575737844976775587435779692", "376737843996774694555889583",
    "445656595974437493439897874", "276728882997774796667979894", "277637853976743794577988793",
    "564645973996576387636785692", "476657795995555396456779781", "378727733987774787665789663",
)
# fmt: on
_RUN: Final = re.compile(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])|[A-Z]")
_VOWELS: Final = frozenset("aeiouy")
_SHORT, _LONG = 5.2, 5.0
_LEAST: Final = 4


@lru_cache(maxsize=4096)
def cost(letters: str) -> float:
    """Return the mean cost of a step through the letters (a to z in any case), in bits."""
    steps = [ord(letter) - 96 for letter in letters.lower()]
    total = 0
    for first, second in zip([0, *steps], [*steps, 27], strict=True):
        total += ord(_COST[first][second - 1]) - 48
    return total / (len(steps) + 1)


def runs(text: str) -> list[str]:
    """Return the runs of ASCII letters, divided where the case says that a new word begins."""
    return _RUN.findall(text)


def wordlike(letters: str) -> bool:
    """Say whether a run of letters may be a word or a few words put together; short ones and acronyms may always."""
    if len(letters) < _LEAST or (len(letters) == _LEAST and letters.isupper()):
        return True
    if not _VOWELS & set(letters.lower()):
        return False
    return cost(letters) <= (_SHORT if len(letters) < 2 * _LEAST else _LONG)


def gibberish(text: str) -> int:
    """Count the letters in runs that are no words. A change of case within random letters makes many short runs."""
    found = runs(text)
    letters = sum(map(len, found))
    if letters >= 2 * _LEAST and len(found) * 2.2 > letters and not text.isupper():
        return letters
    return sum(len(run) for run in found if not wordlike(run))
