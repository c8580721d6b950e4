"""What a sentence speaks about: which concepts its words and phrases name, in any language of a lexicon."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Final

from extproc.model.value import value
from extproc.threats.linear import tokens_of

_ANY_ENDING: Final = "*"
# Shorter words are only what they are.
_SHORTEST_STEM: Final = 4


@value
class Lexicon:
    """The concepts of phrases, as their words with a blank between, and of words by how they begin."""

    phrases: Mapping[str, frozenset[str]]
    stems: Mapping[str, frozenset[str]]
    # How many words the longest phrase has that begins with a word, and the lengths that stems have.
    longest: Mapping[str, int]
    lengths: tuple[int, ...]

    def found(self, words: Sequence[str]) -> frozenset[str]:
        """Return the concepts that words name; of phrases that begin together the longest is taken."""
        named: set[str] = set()
        place = 0
        while place < len(words):
            word = words[place]
            step = 1
            for length in range(min(self.longest.get(word, 0), len(words) - place), 0, -1):
                known = self.phrases.get(" ".join(words[place : place + length]))
                if known is not None:
                    named |= known
                    step = length
                    break
            else:
                named |= self._by_stem(word)
            place += step
        return frozenset(named)

    def _by_stem(self, word: str) -> frozenset[str]:
        if len(word) >= _SHORTEST_STEM:
            for length in self.lengths:
                known = self.stems.get(word[:length])
                if known is not None and length <= len(word):
                    return known
        return frozenset()


def lexicon_of(concepts: Mapping[str, Iterable[str]]) -> Lexicon:
    """Return the lexicon of words and phrases by concept; a star at the end of a word stands for any ending."""
    phrases: dict[str, set[str]] = {}
    stems: dict[str, set[str]] = {}
    for name, texts in concepts.items():
        for text in texts:
            words = tokens_of(text.removesuffix(_ANY_ENDING))
            if text.endswith(_ANY_ENDING) and len(words) == 1:
                stems.setdefault(words[0], set()).add(name)
            elif words:
                phrases.setdefault(" ".join(words), set()).add(name)
    longest: dict[str, int] = {}
    for words in map(str.split, phrases):
        longest[words[0]] = max(longest.get(words[0], 0), len(words))
    return Lexicon(
        phrases={text: frozenset(names) for text, names in phrases.items()},
        stems={text: frozenset(names) for text, names in stems.items()},
        longest=longest,
        lengths=tuple(sorted({len(stem) for stem in stems})),
    )
