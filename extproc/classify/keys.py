"""What the name of an argument says of its values, found once for each name and kept.

A call of some hundred values has some dozen names, and most values can say nothing under their name: these are passed
over by looking at the facts of the name alone.
"""

from functools import lru_cache
from typing import Final

from extproc.classify import amounts, destinations, languages
from extproc.classify.tokens import tokenize
from extproc.model.value import value

# Names are kept up to this length, so that the cache is bounded in size as well as in number.
_LONGEST: Final = 256
_LISTED: Final = frozenset({"command", "cmd", "argv", "args"})


@value
class Key:
    """The facts of a name: its words, and which readings of a value it calls for.

    `content` is text that is carried, not obeyed; `listed` holds the words of one command. Numbers are looked for in
    `limits` and `money`, switches in `flags`, wildcards in `selects`, a language in what `speaks`, and places,
    recipients and rights in what `leads`. All other names are `quiet`: only what a text looks like can say something.
    """

    words: tuple[str, ...]
    content: bool = False
    limits: bool = False
    money: bool = False
    flags: bool = False
    selects: bool = False
    speaks: bool = False
    leads: bool = False
    listed: bool = False
    quiet: bool = True


# What has no name may be anything.
NO_KEY: Final = Key(words=(), quiet=False)


def key_of(name: str) -> Key:
    """Return the facts of the name of an argument; those of no name where it has no words."""
    return _key_of(name[:_LONGEST])


@lru_cache(maxsize=4096)
def _key_of(name: str) -> Key:
    words = tokenize(name)
    if not words:
        return NO_KEY
    facts = {
        "limits": amounts.is_limit(words),
        "money": amounts.is_money(words),
        "flags": destinations.is_flag(words),
        "selects": amounts.selects(words),
        "speaks": languages.speaks(words),
        "leads": destinations.leads(words),
    }
    return Key(
        words=words,
        content=destinations.is_content(words),
        listed=words[-1] in _LISTED,
        quiet=not any(facts.values()),
        **facts,
    )
