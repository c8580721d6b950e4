"""Names of persons behind a cue in prose."""

from extproc.detect.detector import Candidate
from extproc.detect.personal.cues import VALIDATORS


def test_a_driver_needs_a_road() -> None:
    validator = VALIDATORS["person_cued"]
    assert validator(Candidate(text="Jane Doe", before="plate AB12 CDE, driver "))
    assert validator(Candidate(text="Intel Iris", before="the driver ")) is None


def test_a_signature_stands_on_a_line_of_its_own() -> None:
    validator = VALIDATORS["person_signed"]
    assert validator(Candidate(text="Jane", before="Cheers,\n", after="\nHigh Street"))
    assert validator(Candidate(text="Jane", before="Cheers,\n", after=" wrote that")) is None


def test_who_is_there_speaks_or_calls() -> None:
    validator = VALIDATORS["person_cued"]
    assert validator(Candidate(text="Jane Doe", before="Hi, this is ", after=" from accounting"))
    assert validator(Candidate(text="Jane Doe", before="this is ", after=" speaking"))
    assert validator(Candidate(text="Visual Basic", before="Hi, this is ", after=" code")) is None
    assert validator(Candidate(text="React Native", before="and this is ", after=" from 2015")) is None


def test_who_is_thanked_in_a_conversation_is_a_person() -> None:
    validator = VALIDATORS["person_thanked"]
    assert validator(Candidate(text="Jane", before="agent: ok, thank you "))
    assert validator(Candidate(text="Google", before="Thank you ")) is None
