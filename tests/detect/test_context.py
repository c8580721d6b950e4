"""Which words near a candidate count."""

import pytest

from extproc.detect.context import Context, Nearby
from extproc.detect.detector import Candidate


@pytest.mark.parametrize(
    ("candidate", "near"),
    [
        (Candidate(text="1", label="card number"), True),
        (Candidate(text="1", before="the Card is "), True),
        (Candidate(text="1", before="cardNumber: "), True),
        (Candidate(text="1", after=" (card)"), True),
        (Candidate(text="1", siblings="name\ncard"), True),
        (Candidate(text="1", before="her date-of-birth: "), True),
        (Candidate(text="1", before="我的信用卡号是"), True),
        (Candidate(text="1", before="discard the cards "), False),
        (Candidate(text="1", label="date", siblings="of\nbirth"), False),
        (Candidate(text="1"), False),
    ],
)
def test_a_word_counts_where_it_stands_whole(candidate: Candidate, near: bool) -> None:
    assert Context(("card", "date of birth", "信用卡")).near(Nearby(candidate)) is near
