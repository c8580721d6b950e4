"""The forwarded client certificate header: quotes, escapes, several elements, and nothing with two readings."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from extproc.identity.xfcc import XfccElement, parse_xfcc

_PLAIN = "By=spiffe://a/edge;Hash=468ed3;URI=spiffe://a/client"


def test_an_element_is_read_by_its_keys() -> None:
    header = f'{_PLAIN};Subject="CN=\\"x, y\\";O=a;b";DNS=a.test;DNS=b.test'
    (element,) = parse_xfcc(header) or ()
    assert element.all("uri") == ("spiffe://a/client",)
    assert element.all("by") == ("spiffe://a/edge",)
    assert element.all("subject") == ('CN="x, y";O=a;b',)
    assert element.all("dns") == ("a.test", "b.test")
    assert element.all("cert") == ()


def test_elements_of_several_proxies_keep_their_order() -> None:
    elements = parse_xfcc('Hash=1;Subject="a,b";URI=spiffe://a/1, Hash=2;URI=spiffe://a/2') or ()
    assert [element.all("uri") for element in elements] == [("spiffe://a/1",), ("spiffe://a/2",)]


def test_a_certificate_without_a_uri_is_an_element_without_one() -> None:
    assert parse_xfcc("Hash=1;URI=") == (XfccElement(values={"hash": ("1",), "uri": ()}),)


@pytest.mark.parametrize(
    "header",
    [
        "",
        ",",
        f"{_PLAIN},",
        f",{_PLAIN}",
        f"{_PLAIN};",
        "URI",
        "=x",
        "URI =x",
        "Unknown=1;URI=spiffe://a/b",
        "Hash=1;Hash=2",
        'Subject="a',
        'Subject=a"',
        'Subject="a"b',
        'Subject="a""b"',
        'Subject="a\\n"',
        'Subject="a\\"',
        "URI=a=b",
        "URI=a\\b",
        "URI=spiffe://a/b\x00",
        "URI=spiffe://ä/b",
        ",".join([_PLAIN] * 33),
        "Hash=" + "a" * 40_000,
    ],
)
def test_a_header_with_a_part_that_cannot_be_read_is_refused_whole(header: str) -> None:
    assert parse_xfcc(header) is None


@given(st.lists(st.text(st.characters(min_codepoint=32, max_codepoint=126), min_size=1, max_size=20), max_size=5))
def test_whatever_stands_in_quotes_stays_one_value(values: list[str]) -> None:
    quoted = [value.replace("\\", "\\\\").replace('"', '\\"') for value in values]
    elements = parse_xfcc(",".join(f'Hash=1;Subject="{value}"' for value in quoted))
    assert [element.all("subject") for element in elements or ()] == [(value,) for value in values]


@given(st.text(max_size=60))
def test_no_header_makes_it_fail(header: str) -> None:
    assert parse_xfcc(header) is None or header
