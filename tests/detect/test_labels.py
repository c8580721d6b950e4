"""The name of a value in every notation."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from extproc.detect.labels import label_at, normal, siblings_at


@pytest.mark.parametrize("name", ["cardNumber", "CARD_NUMBER", "Card number", "card-number", " card.number "])
def test_spellings_of_a_name_have_one_normal_form(name: str) -> None:
    assert normal(name) == "card number"


@pytest.mark.parametrize(
    ("text", "label"),
    [
        ('{"card_number": "@@"}', "card number"),
        ('{"a": 1, "cardNumber":@@}', "card number"),
        (r"{\"card\": \"@@\"}", "card"),
        ("{'pin': '@@'}", "pin"),
        ("CARD_NUMBER=@@", "card number"),
        ("export CARD='@@'", "card"),
        ("Card number: @@", "card number"),
        ("- **Card number:** @@", "card number"),
        ("Name: Ann, Card: @@", "card"),
        ("Authorization: Bearer @@", "authorization"),
        ('"address": "12 High Street, @@"', "address"),
        ("Address: 12 High Street @@", "address"),
        ("config.card = @@", "config card"),
        ("card := @@", "card"),
        ("{card => @@}", "card"),
        ("<card>@@</card>", "card"),
        ('<x card="@@"/>', "card"),
        ("<ns:card kind='a'>\n  @@", "card"),
        ("name,card,city\nAnn,@@,Bonn", "card"),
        ('name,card\n"Smith, Ann",@@\n', "card"),
        ("name\tcard\nAnn\t@@\n", "card"),
        ("| name | card |\n|---|---|\n| Ann | @@ |", "card"),
        ("cards:\n  - @@", "cards"),
        ('"cards": [\n  "x",\n  "@@"\n]', "cards"),
        ('"cards": ["x", "@@"]', "cards"),
        ('{"name": "DB_PASSWORD", "value": "@@"}', "db password"),
        ('{"value": "@@", "name": "DB_PASSWORD"}', "db password"),
        ("- name: DB_PASSWORD\n  value: @@", "db password"),
        ("nothing here @@", ""),
        ("https://x.example/@@", ""),
        ("@@", ""),
    ],
)
def test_the_name_of_a_value_is_found_in_every_notation(text: str, label: str) -> None:
    assert label_at(text, text.index("@@"), text.index("@@") + 2) == label


@pytest.mark.parametrize(
    ("text", "siblings"),
    [
        ('[{"x": 1}, {"firstName": "A", "card": "@@", "city": "B"}, {"y": 2}]', "first name\ncard\ncity"),
        ("name,card\nAnn,@@\n", "name\ncard"),
        ("Other: 1\n\nName: Ann\nCard: @@\nCity: Bonn\n\nMore: 2", "name\ncard\ncity"),
    ],
)
def test_the_names_of_a_record_are_found(text: str, siblings: str) -> None:
    assert siblings_at(text, text.index("@@"), text.index("@@") + 2) == siblings


@given(st.text(alphabet="{}[]\":=,;|<>\n\t ab\\-'", max_size=200), st.data())
def test_no_text_breaks_the_search_for_names(text: str, data: st.DataObject) -> None:
    start = data.draw(st.integers(0, len(text)))
    end = data.draw(st.integers(start, len(text)))
    assert label_at(text, start, end) == normal(label_at(text, start, end))
    assert isinstance(siblings_at(text, start, end), str)
