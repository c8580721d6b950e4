"""The functions of expressions: what they give, and what is an error."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from extproc.policy.expression import compile_expression
from extproc.policy.expression_functions import glob, host, in_cidr, lower, number_of_text, number_of_whole
from extproc.policy.question import Truth
from tests.policy.making import question


@given(value=st.integers(-(10**15) + 1, 10**15 - 1))
def test_a_whole_number_written_out_is_that_number(value: int) -> None:
    assert number_of_text(str(value)) == number_of_whole(value) == value


@given(value=st.decimals(allow_nan=False, allow_infinity=False, places=2, min_value=-(10**12), max_value=10**12))
def test_money_written_out_keeps_its_order(value: object) -> None:
    assert number_of_text(f"{value:.2f}") == float(f"{value:.2f}")


@given(text=st.text(max_size=12))
def test_a_text_that_is_no_json_number_is_refused(text: str) -> None:
    try:
        found = number_of_text(text)
    except ValueError:
        return
    assert text.isascii()
    assert set(text) <= set("0123456789+-.eE")
    assert math.isfinite(found)


@pytest.mark.parametrize(
    "text", ["9007199254740993", "0.1234567890123456", "1e999", "1e-999", "1" * 65, "-", "1e", "0x1", "\u0661"]
)
def test_a_number_that_would_be_rounded_or_is_none_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="number"):
        number_of_text(text)


def test_zeros_that_say_nothing_are_no_digits() -> None:
    assert number_of_text("1000000000000000000000") == 1e21
    assert number_of_text("0.50000000000000000000") == 0.5
    assert number_of_text("-0.0") == 0


@pytest.mark.parametrize("value", [2**53 + 1, -(2**53) - 1])
def test_a_whole_number_that_would_be_rounded_is_refused(value: int) -> None:
    assert number_of_whole(value // abs(value) * 2**53) == value // abs(value) * 2.0**53
    with pytest.raises(ValueError, match="rounded"):
        number_of_whole(value)


def test_letters_are_the_same_in_every_case_and_form() -> None:
    assert lower("USD") == lower("usd") == lower("\uff35\uff33\uff24")
    assert lower("STRASSE") == lower("stra\u00dfe")
    assert lower("e\u0301") == lower("\u00c9")


@pytest.mark.parametrize("text", ["\u00e9" * 4_097, "\ufdfa" * 257, "e\u0301" * 129])
def test_a_text_that_would_be_dear_to_compare_is_an_error(text: str) -> None:
    with pytest.raises(ValueError, match="too long"):
        lower(text)
    assert lower(text[:256])
    assert lower("A" * 1_000_000) == "a" * 1_000_000


def test_a_glob_is_that_of_a_match() -> None:
    assert glob("stripe.refund", "stripe.*")
    assert not glob("xstripe.refund", "stripe.*")
    assert not glob("STRIPE.x", "stripe.*")


@pytest.mark.parametrize(
    ("address", "network", "expected"),
    [
        ("10.1.2.3", "10.0.0.0/8", True),
        ("11.1.2.3", "10.0.0.0/8", False),
        ("::ffff:10.1.2.3", "10.0.0.0/8", True),
        ("fd00::1", "fd00::/8", True),
        ("fd00::1", "10.0.0.0/8", False),
    ],
)
def test_an_address_stands_in_its_network(address: str, network: str, *, expected: bool) -> None:
    assert in_cidr(address, network) is expected


@pytest.mark.parametrize("address", ["10.1.2", "010.1.2.3", "10.1.2.3 ", "0x0a010203", "localhost", ""])
def test_what_is_no_address_is_an_error(address: str) -> None:
    assert compile_expression("in_cidr(args.ip, '10.0.0.0/8')").test(question("t", {"ip": address})) is Truth.MISSING


@pytest.mark.parametrize(
    ("uri", "expected"),
    [
        ("https://Example.COM/x", "example.com"),
        ("https://example.com.:443/x", "example.com"),
        ("https://a:b@example.com/", "example.com"),
        ("http://[::1]:80/", "::1"),
        ("postgres://db.internal/x?host=other", "db.internal"),
    ],
)
def test_the_host_of_a_uri_has_one_form(uri: str, expected: str) -> None:
    assert host(uri) == expected


@pytest.mark.parametrize(
    "uri",
    [
        "example.com",
        "//example.com/x",
        "https:///x",
        "mailto:a@b.c",
        "https://good.example\\@evil.example/",
        "https://a@b@c/",
        "https://exa%6dple.com/",
        "https://ex\u0430mple.com/",
        "https://a b/",
        "https://a\t.b/",
        "https://[::1",
        "",
    ],
)
def test_a_uri_that_readers_may_disagree_on_is_an_error(uri: str) -> None:
    assert compile_expression("host(args.uri) == 'x'").test(question("t", {"uri": uri})) is Truth.MISSING
