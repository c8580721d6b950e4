"""The table of verbs: no word in two classes, and what is derived from its words."""

import pytest

from extproc.classify import verbs
from extproc.model.intent import Intent


def test_no_verb_is_in_two_classes() -> None:
    tables = [set(text.split()) for text in (verbs._READ, verbs._WRITE, verbs._DESTRUCTIVE, verbs._EXFILTRATIVE)]
    shared = [one & other for at, one in enumerate(tables) for other in tables[at + 1 :] if one & other]
    assert shared == []


@pytest.mark.parametrize(
    ("word", "intent"),
    [
        ("rescan", Intent.READ),
        ("unresolve", Intent.WRITE),
        ("websearch", Intent.READ),
        ("redeploy", Intent.WRITE),
        ("frob", None),
        ("user", None),
    ],
)
def test_prefixes_and_compounds_are_understood(word: str, intent: Intent | None) -> None:
    assert verbs.verb_class(word) is intent
