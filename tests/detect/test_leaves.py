"""The texts of a document, and the way back from the buffer to them."""

from hypothesis import given
from hypothesis import strategies as st

from extproc.detect.leaves import Buffer, Leaves
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


def test_the_object_around_a_value_and_its_name_are_known() -> None:
    leaves = Leaves({"outer": {"list": [{"value": "v"}]}, "top": "t"})
    [leaf] = [leaf for leaf in range(leaves.values) if leaves.texts[leaf] == "v"]
    assert leaves.holder(leaf) == {"value": "v"}
    assert leaves.holder_label(leaf) == "list"


def test_what_an_object_says_is_an_image_or_a_sound_is_media() -> None:
    leaves = Leaves([{"type": "image", "data": "AA"}, {"blob": "BB", "mimeType": "audio/mp3"}, {"data": "no"}])
    assert sorted(leaves.texts[leaf] for leaf in leaves.media) == ["AA", "BB"]


def test_deep_documents_are_walked_without_recursion() -> None:
    document: JsonValue = "end"
    for _ in range(5000):
        document = [document]
    leaves = Leaves(document)
    assert len(leaves.pointer(0)) == 5000


@given(st.lists(st.text(), min_size=1), st.data())
def test_every_place_of_the_buffer_leads_back_to_its_text(texts: list[str], data: st.DataObject) -> None:
    buffer = Buffer(texts)
    number = data.draw(st.integers(0, len(texts) - 1))
    at = data.draw(st.integers(0, len(texts[number])))
    start = buffer.starts[number]
    end = start + len(texts[number][:at].encode(errors="replace"))
    assert buffer.data[start:end].decode() == texts[number][:at].encode(errors="replace").decode()
    assert buffer.place(end) == number
    assert buffer.characters(number, [start, end, end + 1])[:2] == [0, at]


def test_a_place_inside_of_a_character_counts_as_after_it() -> None:
    buffer = Buffer(["aé€b"])
    assert list(buffer.characters(0, [2, 3, 4, 5, 6, 7, 8])) == [1, 2, 2, 3, 3, 3, 4]
