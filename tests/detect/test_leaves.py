"""The texts of a document, and where they stand in it."""

from hypothesis import given
from hypothesis import strategies as st

from extproc.detect.leaves import Leaves
from extproc.model.message import JsonValue

_DOCUMENT: JsonValue = {"a": ["x", {"b": 12, "c": True, "d": None}], "b": {"a": "y"}, "e": 1.5}


def test_strings_and_numbers_are_leaves_and_truth_values_and_null_are_not() -> None:
    leaves = Leaves(_DOCUMENT)
    assert {leaves.pointer(leaf): leaves.texts[leaf] for leaf in range(leaves.values)} == {
        ("a", 0): "x",
        ("a", 1, "b"): "12",
        ("b", "a"): "y",
        ("e",): "1.5",
    }


def test_names_are_leaves_once_each_and_are_found_everywhere() -> None:
    leaves = Leaves(_DOCUMENT)
    assert sorted(leaves.texts[leaves.values :]) == ["a", "b", "c", "d", "e"]
    assert sorted(leaves.pointers_of_name("b"), key=str) == [("a", 1, "b"), ("b",)]


def test_a_value_in_a_list_has_the_name_of_the_list() -> None:
    leaves = Leaves({"tokens": [["t"]], "other": "u"})
    assert [(leaves.texts[leaf], leaves.label(leaf)) for leaf in range(leaves.values)] == [
        ("u", "other"),
        ("t", "tokens"),
    ]


def test_values_are_found_by_their_name_or_that_of_their_list() -> None:
    leaves = Leaves({"secret": "a", "n": {"secrets": ["b", "c"]}, "x": "d"})
    named = leaves.named(lambda name: name.startswith("secret"))
    assert sorted(leaves.texts[leaf] for leaf in named) == ["a", "b", "c"]


def test_whole_numbers_that_are_too_short_are_written_only_when_their_name_is_wanted() -> None:
    leaves = Leaves({"cvv": [-12, 999, 1000, -123], "n": 999, "x": 1.5}, least=4)
    assert sorted(leaves.texts[: leaves.values]) == ["", "", "", "-123", "1.5", "1000"]
    assert [leaves.texts[leaf] for leaf in leaves.named("cvv".__eq__)] == ["-12", "999", "1000", "-123"]
    assert "999" not in [leaves.texts[leaf] for leaf in range(leaves.values) if leaves.label(leaf) == "n"]


def test_what_may_be_a_token_is_told_with_its_name() -> None:
    leaves = Leaves({"id": "abcdefghijk1", "t": ["abcdefghijk2", "a b c d e f 1 2"], "n": 123456789012, "w": "a" * 20})
    tokens = {leaves.texts[leaf]: name for leaf, name in leaves.tokens}
    assert tokens == {"abcdefghijk1": "id", "abcdefghijk2": 0, "123456789012": "n"}


@given(st.text(max_size=16).map(lambda text: f"abcdefghijk{text}"))
def test_a_token_is_one_word_with_a_digit_in_it(text: str) -> None:
    one_word = len(text) >= 12 and len(text.split()) == 1 and text == text.strip() and not set(text) & set("<>{}")
    assert bool(Leaves([text]).tokens) == (one_word and any(one in "0123456789" for one in text))


def test_names_that_are_not_wanted_are_asked_about_once() -> None:
    asked: list[str] = []

    def wanted(name: str) -> bool:
        asked.append(name)
        return name == "a"

    for _ in range(3):
        assert [Leaves(_DOCUMENT).texts[leaf] for leaf in Leaves(_DOCUMENT).named(wanted)] == ["x", "y"]
    assert sorted(asked) == ["a", "a", "a", "b", "c", "d", "e"]


def test_the_object_around_a_value_and_its_name_are_known() -> None:
    leaves = Leaves({"outer": {"list": [{"value": "v"}]}, "top": "t"})
    [leaf] = [leaf for leaf in range(leaves.values) if leaves.texts[leaf] == "v"]
    assert leaves.holder(leaf) == {"value": "v"}
    assert leaves.holder_label(leaf) == "list"


def test_what_an_object_says_is_an_image_or_a_sound_is_media() -> None:
    leaves = Leaves([{"type": "image", "data": "AA"}, {"blob": "BB", "mimeType": "audio/mp3"}, {"data": "no"}])
    assert sorted(leaves.texts[leaf] for leaf in leaves.media) == ["AA", "BB"]


def test_what_is_called_data_beside_an_image_is_media_only_when_it_is_a_text() -> None:
    leaves = Leaves({"type": "image", "data": {"a": "b"}, "text": "c"})
    assert leaves.media == []


def test_deep_documents_are_walked_without_recursion() -> None:
    document: JsonValue = "end"
    for _ in range(5000):
        document = [document]
    leaves = Leaves(document)
    assert len(leaves.pointer(0)) == 5000
