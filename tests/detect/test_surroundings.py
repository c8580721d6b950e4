"""What stands around a candidate in its text and its message."""

from extproc.detect.leaves import Leaves
from extproc.detect.surroundings import Surroundings
from extproc.detect.views import View
from extproc.model.message import JsonValue


def _around(document: JsonValue, value: str) -> tuple[Surroundings, View]:
    leaves = Leaves(document)
    leaf = next(leaf for leaf in range(leaves.values) if value in leaves.texts[leaf])
    return Surroundings(leaves), View(text=leaves.texts[leaf], leaf=leaf)


def test_a_candidate_is_named_by_its_text_first_and_by_its_member_else() -> None:
    around, view = _around({"note": "pin=1234 5678"}, "1234")
    assert around.place(view, 4, 8).label == "pin"
    assert around.place(view, 0, 3).label == "note"


def test_a_member_called_value_is_named_by_what_stands_beside_or_around_it() -> None:
    around, view = _around({"key": "cardNumber", "value": "4111"}, "4111")
    assert around.place(view, 0, 4).label == "card number"
    around, view = _around({"cardNumber": {"value": "4111"}}, "4111")
    assert around.place(view, 0, 4).label == "card number"


def test_a_candidate_in_something_decoded_is_named_by_what_that_was_decoded_from() -> None:
    around, outer = _around({"x": "pin=QUJD"}, "QUJD")
    inner = View(text="ABC", leaf=0, parent=outer, at=[0], until=[3], outer_at=[4], outer_until=[8])
    assert around.place(inner, 0, 3).label == "pin"


def test_the_text_around_is_bounded() -> None:
    around, view = _around("a" * 500 + "@@" + "b" * 500, "@@")
    place = around.place(view, 500, 502)
    assert (place.text, place.before, place.after) == ("@@", "a" * 120, "b" * 60)


def test_the_names_beside_it_are_those_of_its_text_and_of_its_object() -> None:
    around, view = _around({"firstName": "A", "data": '{"city": "B", "pin": "1234"}'}, "1234")
    start = view.text.index("1234")
    assert around.place(view, start, start + 4).siblings.split("\n") == ["city", "pin", "first name", "data"]


def test_a_place_is_looked_at_once_for_all_detectors() -> None:
    around, view = _around("pin 1234", "1234")
    assert around.place(view, 4, 8) is around.place(view, 4, 8)
