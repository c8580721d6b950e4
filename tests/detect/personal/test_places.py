"""Postal addresses and coordinates."""

import pytest

from extproc.detect.detector import Candidate
from extproc.detect.personal.places import VALIDATORS, labelled_address


def test_a_street_with_a_number_is_an_address_unless_it_is_a_saying() -> None:
    validator = VALIDATORS["street_address"]
    assert validator(Candidate(text="742 Evergreen Terrace"))
    assert validator(Candidate(text="One Way Street")) is None
    assert validator(Candidate(text="1 High Street", before="ship to "))
    assert validator(Candidate(text="1 Easy Street")) is None


@pytest.mark.parametrize(
    "text", ["H.No. 52, Patla Street, Etawah-913617", "東京都中央区銀座5丁目2番1号", "Long Acre 12"]
)
def test_what_is_called_an_address_may_have_any_form(text: str) -> None:
    assert labelled_address(Candidate(text=text, label="home address"))


@pytest.mark.parametrize(
    "text",
    [
        "unix:/run/app/0.sock",
        "127.0.0.1:9464  # metrics",
        "new Address6('2001::/32');",
        "none given",
        "10.0.0.1 port 80",
        "localhost port 8080",
        "see section 5 of the docs",
        "0x7ffe 12 bytes",
        "https://example.org/a b 12",
        "jane at example 5@b",
        "mac 18:03:a9:43:4c:2a",
        "tcp socket 12 of the server",
    ],
)
def test_addresses_of_machines_and_code_are_none(text: str) -> None:
    assert labelled_address(Candidate(text=text, label="address")) is None


def test_labels_of_other_addresses_are_none() -> None:
    assert labelled_address(Candidate(text="jane 5 at example", label="email address")) is None


def test_a_postcode_needs_its_name() -> None:
    validator = VALIDATORS["postcode"]
    assert validator(Candidate(text="KW1 0YG", before="Postcode "))
    assert validator(Candidate(text="KW1 0YG")) is None


def test_coordinates_lie_on_the_globe_and_have_a_name() -> None:
    validator = VALIDATORS["geo_coordinates"]
    assert validator(Candidate(text="48.85837, 2.29448", before="location: "))
    assert validator(Candidate(text="98.85837, 2.29448", before="location: ")) is None
    assert validator(Candidate(text="48.85837, 2.29448")) is None


def test_half_of_a_pair_is_personal_beside_a_person_or_a_device() -> None:
    validator = VALIDATORS["geo_degree"]
    assert validator(Candidate(text="48.85837", label="lat", siblings="lat\nlon\naccuracy"))
    assert validator(Candidate(text="48.85837", label="lat", siblings="lat\nlon\nstation")) is None
    assert validator(Candidate(text="48.85837", label="ratio", siblings="email")) is None


def test_the_seat_of_a_company_is_nobodys_address() -> None:
    validator = VALIDATORS["street_address"]
    assert (
        validator(Candidate(text="51 Franklin Street, Boston, MA 02110", before="Software Foundation, Inc.,\n# "))
        is None
    )


def test_in_a_text_half_of_a_pair_is_judged_by_the_text_around() -> None:
    validator = VALIDATORS["geo_degree"]
    assert validator(Candidate(text="48.85837", label="lat", before='"lat": ', after=', "lon": 2.29, "accuracy": 12'))
    assert (
        validator(Candidate(text="48.85837", label="lat", before='"lat": ', after=', "lon": 2.29, "price": 12')) is None
    )


@pytest.mark.parametrize("after", [" tools for all", " shops", " journalists wrote"])
def test_some_things_called_after_a_street_are_no_address(after: str) -> None:
    validator = VALIDATORS["street_address"]
    assert validator(Candidate(text="5 Main Street", after=after)) is None
    assert validator(Candidate(text="5 Main Street", before="ship to ", after=after))
    assert validator(Candidate(text="5 Main Street, Springfield", after=after))
    assert validator(Candidate(text="1205 Main Street", after=after))


@pytest.mark.parametrize("after", [" is where I am", " tomorrow", " apartments", "", " needs a roof", ", tools"])
def test_what_else_follows_a_street_leaves_it_one(after: str) -> None:
    assert VALIDATORS["street_address"](Candidate(text="5 Main Street", after=after))
