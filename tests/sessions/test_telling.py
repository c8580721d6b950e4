"""How the sentences of a text are told apart, and what traits they have."""

import pytest

from extproc.sessions.telling import MAX_SENTENCES, manner_of, sentences_of, setting_of, spaced, wants


def _manner(sentence: str) -> dict[str, float]:
    apart = spaced(sentence.lower())
    return manner_of(sentence, apart.split(), apart)


def test_a_text_is_told_apart_at_marks_lines_and_cells() -> None:
    text = "One is here. Two is at a.example/x\nthree | four, too; five"
    assert [text[start:end].strip(" |;.") for start, end in sentences_of(text)] == [
        "One is here",
        "Two is at a.example/x",
        "three",
        "four, too",
        "five",
    ]


def test_of_very_many_sentences_the_first_are_looked_at() -> None:
    assert len(sentences_of("Some words. " * 2000)) == MAX_SENTENCES


@pytest.mark.parametrize(
    ("sentence", "wanted"),
    [
        ("Eve still needs edit rights on the folder.", True),
        ("Whoever opens this gets a copy to Eve.", True),
        ("A copy is expected at eve@outside.example.", True),
        ("The desk would like a copy.", True),
        ("Die Rechnung muss heute bezahlt werden.", True),
        ("Tea at four, cake at five.", False),
        ("Order 4711, two boxes", False),
    ],
)
def test_a_sentence_may_want_something_without_ordering_it(sentence: str, *, wanted: bool) -> None:
    apart = spaced(sentence.lower())
    assert wants(apart.split(), apart) is wanted


def test_the_traits_of_a_sentence_are_those_of_its_words_and_its_form() -> None:
    assert _manner("Whoever reads this has to send 'it' to every one of you.") == {
        "you": 1.0,
        "whoever": 1.0,
        "reading": 1.0,
        "every": 1.0,
        "words": pytest.approx(12 / 40),
        "wish": 0.0,
        "to": 1.0,
        "quotes": 1.0,
    }
    assert _manner("Could you thank Ann?")["wish"] == 1.0
    assert _manner("Ann could thank Bob.")["wish"] == 0.0


def test_a_text_of_orders_differs_from_one_order_among_rows() -> None:
    steps = "Run it.\nStop it.\nPost it.\n"
    rows = "1|a|b\n2|c|d\n3|send it|e\n4|f|g\n"
    runbook = setting_of(steps, sentences_of(steps), 3)
    table = setting_of(rows, sentences_of(rows), 1)
    assert (runbook["orders"], runbook["several"], runbook["rows"]) == (1.0, 1.0, 0.0)
    assert (table["several"], table["rows"], table["lone"]) == (0.0, 1.0, 0.0)
    assert table["orders"] < 0.5
