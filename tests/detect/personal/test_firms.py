"""Names of companies under labels that persons have, too."""

import pytest

from extproc.detect.detector import Candidate
from extproc.detect.personal.firms import is_firm, is_of_firm
from extproc.detect.personal.persons import VALIDATORS

_LABELLED = VALIDATORS["person_labelled"]


@pytest.mark.parametrize(
    "text",
    ["Larkspur Foods", "Ostrava Logistics", "Larkspur Oy", "Hollis Brothers", "Anders Bau", "Grupo Larkspur Seguros",
     "Larkspur Vineyards Winery", "Thornby Water", "Hollis Larkspur LLP"],
)  # fmt: skip
def test_a_company_is_no_person(text: str) -> None:
    assert is_firm(text.split())
    assert _LABELLED(Candidate(text=text, label="customer")) is None


@pytest.mark.parametrize(
    "text", ["Ilse Waters", "Tim Handel", "Rosa Mills-Power", "Bau Nguyen", "Motor Ivanov", "Arend van de Water"]
)
def test_a_person_who_is_called_so_stays_one(text: str) -> None:
    assert not is_firm(text.split())
    assert _LABELLED(Candidate(text=text, label="customer"))


def test_one_word_tells_nothing() -> None:
    assert not is_firm(["foods"])
    assert not is_firm([])


def test_what_stands_beside_it_tells_the_record_of_a_company() -> None:
    assert is_of_firm("customer", "id\nindustry\nannual revenue")
    assert not is_of_firm("customer", "id\nemail")
    assert not is_of_firm("customer", "company\nindustry")
    assert not is_of_firm("contact person", "industry")
    assert _LABELLED(Candidate(text="Larkspur Hollis", label="customer", siblings="headcount")) is None
    assert _LABELLED(Candidate(text="Larkspur Hollis", label="customer", siblings="email"))
