"""Names of persons among names of things."""

import pytest

from extproc.detect.detector import Candidate
from extproc.detect.personal.persons import VALIDATORS, words_of_name

_LABELLED = VALIDATORS["person_labelled"]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("Jane Doe", 2),
        ("Faustino Albino Tamarit Cepeda", 4),
        ("Anna van der Berg", 2),
        ("Danielle Léger-Collet", 2),
        ("Sean O'Brien", 2),
        ("Ronald McDonald", 2),
        ("JOHN Q ARCHER", 3),
        ("Dr. Amelia Okafor", 2),
        ("Selma Hartung B.Sc.", 2),
        ("Okafor, Amelia J.", 3),
        ("Jason Winter", 2),
        ("山田 太郎", 2),
        ("Иван Петров", 2),
    ],
)
def test_a_name_is_counted_in_words(text: str, words: int) -> None:
    assert words_of_name(text) == words


@pytest.mark.parametrize(
    "text",
    ["Visual Studio", "GitHub Actions", "Getting Started", "Acme Corp", "hello there", "Release 2", "Support Team", "X",
     "Best Practices", "JavaScript Heap", ""],
)  # fmt: skip
def test_names_of_things_are_none(text: str) -> None:
    assert words_of_name(text) == 0


@pytest.mark.parametrize("label", ["customer name", "patient", "full name", "cardholder name", "emergency contact"])
def test_a_label_of_a_person_suffices(label: str) -> None:
    assert _LABELLED(Candidate(text="Jane Doe", label=label, before='"', after='"'))


@pytest.mark.parametrize("label", ["product name", "file name", "company name", "title", "", "branch name"])
def test_labels_of_things_do_not(label: str) -> None:
    assert _LABELLED(Candidate(text="Jane Doe", label=label, before='"', after='"', siblings="email")) is None


def test_a_plain_name_needs_something_personal_beside_it() -> None:
    assert _LABELLED(Candidate(text="Jane Doe", label="name", siblings="name\nemail"))
    assert _LABELLED(Candidate(text="Jane Doe", label="name", siblings="name\nstars")) is None


def test_one_word_needs_a_label_for_a_part_of_a_name() -> None:
    assert _LABELLED(Candidate(text="Jane", label="first name"))
    assert _LABELLED(Candidate(text="Jane", label="owner")) is None
    assert _LABELLED(Candidate(text="String", label="first name")) is None


def test_a_part_of_a_value_is_none() -> None:
    assert _LABELLED(Candidate(text="Jane Doe", label="customer name", before='"', after=" went home")) is None


def test_a_mailbox_has_a_name_unless_it_says_who_wrote_the_software() -> None:
    validator = VALIDATORS["person_mailbox"]
    assert validator(Candidate(text="Jane Doe", before="From: ", after=" <jane@example.org>"))
    assert validator(Candidate(text="Jane Doe", before="Copyright (C) 2013 ")) is None
    assert validator(Candidate(text="Jane Doe", before="x\n#   ")) is None
    assert validator(Candidate(text="jdoe", before="From: ")) is None


def test_the_author_of_a_package_or_a_commit_is_named_in_public() -> None:
    before = '"version": "1.0", "author": {\n  "name": "'
    assert _LABELLED(Candidate(text="Jane Doe", label="name", before=before, after='"', siblings="name\nemail")) is None


def test_a_name_beside_an_address_of_mail_that_has_a_word_of_it_is_one() -> None:
    cell = '</td><td><a href="mailto:{}@example.org">write</a></td>'
    assert _LABELLED(Candidate(text="Jane Doe", label="td", before="<td>", after=cell.format("doe.j")))
    assert _LABELLED(Candidate(text="Jane Doe", label="td", before="<td>", after=cell.format("sales"))) is None
    assert _LABELLED(Candidate(text="Renée Roe", before="| ", after=" | renee@example.org |"))
    assert _LABELLED(Candidate(text="Renée Roe", before="roe@example.org\t", after="\n"))


@pytest.mark.parametrize("label", ["device owner", "account manager", "vehicle driver", "kund", "medewerker"])
def test_a_role_at_the_end_of_a_label_is_one_of_a_person(label: str) -> None:
    assert _LABELLED(Candidate(text="Jane Doe", label=label, before='"', after='"'))


@pytest.mark.parametrize("after", ["   DOB: 1", " Age: 30", '"', ""])
def test_the_next_field_ends_a_value(after: str) -> None:
    assert _LABELLED(Candidate(text="Doe, Jane", label="patient", before=": ", after=after))


def test_our_own_marks_are_nothing_personal_beside_a_name() -> None:
    assert _LABELLED(Candidate(text="Jane Doe", label="name", after=" jane, phone")) is None
    assert _LABELLED(Candidate(text="Jane Doe", label="name", after='", phone'))
    assert _LABELLED(Candidate(text="Jane Doe", label="name", after='", [PHONE:k7f3q2wd]')) is None


def test_the_author_of_a_commit_is_a_person_and_that_of_a_package_is_public() -> None:
    validator = VALIDATORS["person_mailbox"]
    assert validator(Candidate(text="Jane Doe", before=f"commit {'4f1c2ab9' * 5}\nAuthor: "))
    assert validator(Candidate(text="Jane Doe", before="Author: ")) is None


def test_initials_are_the_local_part_of_an_address_as_well() -> None:
    after = "', '{}@example.org', '536')"
    assert _LABELLED(Candidate(text="Jane Doe", label="values", before="('", after=after.format("jd")))
    assert _LABELLED(Candidate(text="Jane Doe", label="values", before="('", after=after.format("xy"))) is None


@pytest.mark.parametrize("text", ["John A. Doe", "A. Doe Larsen", "Maria I. Doe", "Katie I Doe"])
def test_an_initial_is_no_article(text: str) -> None:
    assert words_of_name(text) > 1


@pytest.mark.parametrize("text", ["A Plan", "I Robot", "A"])
def test_an_article_is_no_initial(text: str) -> None:
    assert words_of_name(text) == 0


@pytest.mark.parametrize(("label", "beside"), [("family", "given\nuse"), ("given", "family")])
def test_family_and_given_are_names_beside_each_other(label: str, beside: str) -> None:
    validator = VALIDATORS["human_name"]
    assert validator(Candidate(text="Okafor", label=label, siblings=beside))
    assert validator(Candidate(text="Okafor", label=label, siblings="use\nfont family")) is None
    assert validator(Candidate(text="none", label=label, siblings=beside)) is None
