"""Values that their names make personal, whatever their form."""

import pytest

from extproc.detect.leaves import Leaves
from extproc.detect.personal.members import MEMBER_ENTITIES, named_members
from extproc.detect.surroundings import Surroundings
from extproc.model.message import JsonValue


def _found(document: JsonValue) -> set[tuple[str, str]]:
    leaves = Leaves(document)
    return {(one.entity, one.text) for _, one in named_members(leaves, Surroundings(leaves))}


@pytest.mark.parametrize(
    ("name", "value", "entity"),
    [
        ("shippingAddress", "Chuo-ku 5-2-1, Tokyo", "postal_address"),
        ("postal_code", 94043, "postcode"),
        ("licensePlate", "7ABC123", "licence_plate"),
        ("sort_code", "200000", "uk_sort_code"),
        ("cvv", "047", "cvv"),
        ("mrn", "00482913", "medical_record_number"),
        ("memberId", "XK229100918", "health_insurance_number"),
        ("passport_number", "123456789", "passport"),
        ("firstName", "Avni", "person_name"),
        ("mobile", 5551234567, "phone"),
        ("dob", "19790722", "date_of_birth"),
        ("ssn", 536904399, "us_ssn"),
        ("bsn", "111222333", "national_id"),
        ("npi", 1234567893, "us_npi"),
        ("routing_number", "122105155", "us_routing_number"),
        ("accountNumber", "44281818997", "bank_account"),
        ("mac", "180373434c2a", "mac_address"),
    ],
)
def test_a_member_is_what_its_name_says(name: str, value: JsonValue, entity: str) -> None:
    assert (entity, str(value)) in _found({"record": {name: value}})
    assert entity in MEMBER_ENTITIES


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("ip_address", "10.0.0.1 port 80"),
        ("zip", "archive file"),
        ("cvv", "04711"),
        ("ssn", "000000000"),
        ("bsn", "111222334"),
        ("order_number", "44281818997"),
        ("firstName", "String"),
        ("address", "[REDACTED:postal_address]"),
        ("phone", None),
    ],
)
def test_a_value_without_the_form_is_none(name: str, value: JsonValue) -> None:
    assert _found({"record": {name: value}}) == set()


def test_the_name_of_a_list_counts_for_what_stands_in_it() -> None:
    assert _found({"phones": ["030 901820", "5551234567"]}) == {("phone", "030 901820"), ("phone", "5551234567")}


def test_the_parts_of_a_human_name_are_names() -> None:
    name: JsonValue = {"use": "official", "family": "Okafor", "given": ["Amelia", "Jane"]}
    found = _found({"resourceType": "Patient", "name": [name]})
    assert found == {("person_name", part) for part in ("Okafor", "Amelia", "Jane")}
    assert _found({"font": {"family": "Verdana"}, "taxon": {"family": "Rosaceae", "genus": "Rosa"}}) == set()
