"""The kinds of what a call does to the world outside the conversation, and the verbs by which a text asks for them."""

from collections.abc import Mapping
from enum import StrEnum
from functools import lru_cache
from typing import Final

from extproc.classify.tokens import stems


class Kind(StrEnum):
    """Where the effect of a call goes. The order is that in which the kind of a call that has several is named."""

    PAYMENT = "payment"
    MAIL = "mail"
    CHAT = "chat"
    SHARE = "share"
    MEMBERS = "members"
    PUBLISH = "publish"
    HTTP = "http"
    DNS = "dns"
    EXECUTE = "execute"
    ACCOUNT = "account"
    DELETE = "delete"
    MEMORY = "memory"
    BOOK = "book"
    CALENDAR = "calendar"
    FETCH = "fetch"
    CHANGE = "change"


# Content leaves for somebody by these.
OUTWARD: Final = frozenset(
    {Kind.MAIL, Kind.CHAT, Kind.SHARE, Kind.MEMBERS, Kind.PUBLISH, Kind.HTTP, Kind.DNS, Kind.EXECUTE, Kind.FETCH}
)
_SENDS: Final = frozenset(
    {Kind.MAIL, Kind.CHAT, Kind.HTTP, Kind.PUBLISH, Kind.SHARE, Kind.PAYMENT, Kind.EXECUTE, Kind.MEMBERS}
)
_PAYS: Final = frozenset({Kind.PAYMENT, Kind.BOOK})
_SHARES: Final = frozenset({Kind.SHARE, Kind.MEMBERS, Kind.PUBLISH, Kind.MAIL, Kind.CHAT, Kind.ACCOUNT})
_ADDS: Final = frozenset(
    {Kind.MEMBERS, Kind.SHARE, Kind.ACCOUNT, Kind.CALENDAR, Kind.CHANGE, Kind.PUBLISH, Kind.PAYMENT}
)
_DELETES: Final = frozenset({Kind.DELETE, Kind.MEMBERS, Kind.CHANGE, Kind.EXECUTE, Kind.ACCOUNT, Kind.CALENDAR})
_CHANGES: Final = frozenset(
    {Kind.ACCOUNT, Kind.CHANGE, Kind.CALENDAR, Kind.PAYMENT, Kind.SHARE, Kind.MEMBERS, Kind.DELETE}
)
_MAKES: Final = frozenset(
    {
        Kind.BOOK,
        Kind.CALENDAR,
        Kind.CHANGE,
        Kind.MEMBERS,
        Kind.PUBLISH,
        Kind.PAYMENT,
        Kind.ACCOUNT,
        Kind.HTTP,
        Kind.SHARE,
    }
)
_OPENS: Final = frozenset({Kind.FETCH, Kind.HTTP, Kind.DNS, Kind.EXECUTE})
_RUNS: Final = frozenset({Kind.EXECUTE, Kind.HTTP})
_KEEPS: Final = frozenset({Kind.MEMORY, Kind.CHANGE})
_UPLOADS: Final = frozenset({Kind.HTTP, Kind.PUBLISH, Kind.CHANGE, Kind.SHARE, Kind.EXECUTE, Kind.CHAT})

_VERBS: Final[Mapping[str, frozenset[Kind]]] = {
    word: kinds
    for words, kinds in (
        ("send forward email mail reply message dm notify tell text submit relay deliver report respond", _SENDS),
        ("contact write leak exfiltrate disclose transmit let inform cc bcc alert", _SENDS),
        ("pay transfer wire remit deposit donate refund buy purchase withdraw disburse settle order", _PAYS),
        ("share grant give expose authorize authorise allow", _SHARES),
        ("invite add onboard enroll enrol register subscribe promote assign", _ADDS),
        ("delete remove erase drop wipe purge cancel destroy revoke disable deactivate uninstall", _DELETES),
        ("kick ban unsubscribe archive", _DELETES),
        ("update change set reset replace modify edit redirect switch adjust configure enable rename", _CHANGES),
        ("create schedule book reserve make open generate place arrange", _MAKES),
        ("visit browse navigate fetch download click load go call query access ping resolve lookup check", _OPENS),
        ("run execute install invoke launch", _RUNS),
        ("upload save append put push post publish export store commit merge tweet insert dump stream pipe", _UPLOADS),
        ("remember memorize memorise keep note", _KEEPS),
    )
    for word in words.split()
}
# Verbs that also ask for what others of these do.
_BOTH: Final[Mapping[str, frozenset[Kind]]] = {
    "post": _SENDS | _UPLOADS,
    "publish": _SENDS | _UPLOADS,
    "push": _UPLOADS,
    "make": _MAKES | _PAYS | _SHARES,
    "open": _OPENS | _MAKES,
    "give": _SHARES | _SENDS | _PAYS,
    "go": _OPENS,
    "call": _OPENS | _RUNS,
    "write": _SENDS | _UPLOADS,
    "set": _CHANGES | _MAKES,
    "order": _PAYS | _MAKES,
    "submit": _SENDS | _UPLOADS,
    "add": _ADDS | _CHANGES | _UPLOADS,
    "move": _PAYS | _CHANGES,
    "initiate": _PAYS | _MAKES,
    "arrange": _PAYS | _MAKES,
    "redirect": _CHANGES | _SENDS,
    "leave": _MAKES | _SENDS,
    "copy": _UPLOADS | _SENDS,
    "save": _UPLOADS | _KEEPS,
    "store": _UPLOADS | _KEEPS,
    "pipe": _UPLOADS | _SENDS | _RUNS,
    "stream": _UPLOADS | _SENDS,
    "dump": _UPLOADS | _SENDS,
    "load": _OPENS | _UPLOADS,
    "resolve": _OPENS,
}
VERBS: Final[Mapping[str, frozenset[Kind]]] = {**_VERBS, **_BOTH}
_NUMBER: Final = {kind: 1 << place for place, kind in enumerate(Kind)}


def mask_of(kinds: frozenset[Kind]) -> int:
    """Write a set of kinds as the bits of a number."""
    return sum(_NUMBER[kind] for kind in kinds)


ANY: Final = mask_of(frozenset(Kind))
VERB_MASKS: Final[Mapping[str, int]] = {word: mask_of(kinds) for word, kinds in VERBS.items()}


@lru_cache(maxsize=1024)
def asked_of(verb: str) -> int:
    """Return the kinds that a verb asks for, as bits; none for what is no such verb."""
    return next((VERB_MASKS[stem] for stem in stems(verb) if stem in VERB_MASKS), 0)
