"""What is known of a tool while the arguments of one call are read."""

from typing import Final

from extproc.classify import vocabulary
from extproc.classify.names import NameReading
from extproc.classify.sensitive import mentions_persons
from extproc.classify.tokens import word_set
from extproc.model.intent import Intent
from extproc.model.value import value

# Tools with these verbs treat a statement or a program as text.
_TEXT_VERBS: Final = word_set(
    """
    validate lint format explain parse translate convert summarize summarise estimate generate highlight tokenize
    save create store add draft prettify minify compare document comment send post reply write edit update append
    insert log note search find classify detect describe remember list save_query delete share
    """
)
_NAMES_ONLY: Final = word_set(
    """
    list lists delete remove rm rmdir exists stat chmod count watch glob info unlink check ls erase
    """
)

_MONEY_WORDS: Final = word_set(
    """
    pay payment payments charge invoice refund transfer payout money funds order checkout purchase buy billing
    budget bid donate withdraw deposit stripe paypal wallet bank trade sell subscription fund wire salary bonus
    expense credit debit loan
    """
)


@value
class Subject:
    """A tool as its arguments are read: what its name says and what is inside."""

    name: NameReading
    intent: Intent
    decides: bool
    selector: str | None
    inside: frozenset[str]

    @property
    def words(self) -> tuple[str, ...]:
        """Return the words of the name."""
        return self.name.words

    @property
    def reads(self) -> bool:
        """Tell whether the tool reads, as far as its definition says."""
        return self.intent is Intent.READ and not self.decides

    @property
    def treats_as_text(self) -> bool:
        """Tell whether statements and programs in the arguments are text to the tool."""
        return self.name.sure and self.name.verb in _TEXT_VERBS and not self.decides

    @property
    def runs(self) -> bool:
        """Tell whether the tool may run programs that it is given."""
        return self.decides or not self.name.sure

    @property
    def shows_names_only(self) -> bool:
        """Tell whether the tool handles files without showing what is in them."""
        return self.name.sure and self.name.verb in _NAMES_ONLY

    @property
    def speaks_sql(self) -> bool:
        """Tell whether the name says that the tool takes SQL."""
        return any(word in vocabulary.SQL_STORES for word in self.words)

    @property
    def moves_money(self) -> bool:
        """Tell whether the tool may ask for money, take it or send it."""
        return self.intent is not Intent.READ and not _MONEY_WORDS.isdisjoint(self.words)

    @property
    def persons(self) -> bool:
        """Tell whether the tool is about persons."""
        return mentions_persons("_".join(self.words))
