"""Verbs and the kinds of calls that they ask for."""

import pytest

from extproc.sessions.kinds import ANY, Kind, asked_of, mask_of


@pytest.mark.parametrize(
    ("verb", "kind"),
    [
        ("send", Kind.MAIL),
        ("forwards", Kind.MAIL),
        ("transfer", Kind.PAYMENT),
        ("invite", Kind.MEMBERS),
        ("deleting", Kind.DELETE),
        ("publish", Kind.PUBLISH),
        ("visit", Kind.FETCH),
        ("run", Kind.EXECUTE),
        ("book", Kind.BOOK),
        ("remember", Kind.MEMORY),
        ("reset", Kind.ACCOUNT),
    ],
)
def test_a_verb_asks_for_a_kind_of_call(verb: str, kind: Kind) -> None:
    assert asked_of(verb) & mask_of(frozenset({kind}))


def test_a_word_that_is_no_such_verb_asks_for_nothing() -> None:
    assert asked_of("weather") == 0


def test_every_kind_has_a_bit_of_its_own() -> None:
    masks = [mask_of(frozenset({kind})) for kind in Kind]
    assert sum(masks) == ANY
    assert len(set(masks)) == len(masks)
