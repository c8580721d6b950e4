"""What the figures of the detection benchmark count, and how findings given by value become places."""

from benchmarks.peers.adapters import ADAPTERS, Places, characters
from benchmarks.peers.catalogue import COMBINATIONS, TOOLS
from benchmarks.peers.figures import Answer, Row, Span, figures, merged


def _row(text: str, *spans: Span, label: int = 1, allow: tuple[Span, ...] = ()) -> Row:
    return Row(id="r", text=text, label=label, spans=spans, allow=allow)


def _rates(row: Row, *spans: Span) -> dict[str, float | None]:
    return figures([row], {"r": Answer(spans=spans)}).rates()


def test_a_place_counts_when_four_fifths_of_it_are_covered() -> None:
    row = _row("x" * 20, (0, 10, "SECRET:a"))
    assert _rates(row, (0, 8, "k"))["span_recall"] == 1
    assert _rates(row, (0, 7, "k"))["span_recall"] == 0
    assert _rates(row, (0, 4, "k"), (5, 9, "k"))["span_recall"] == 1


def test_findings_that_overlap_are_one() -> None:
    assert merged([(5, 9, "b"), (0, 6, "a"), (12, 13, "c")]) == [(0, 9), (12, 13)]


def test_a_finding_beside_the_marked_places_is_wrong() -> None:
    rates = _rates(_row("x" * 1000, (0, 10, "T")), (0, 10, "k"), (20, 30, "k"))
    assert rates["precision"] == 0.5
    assert rates["fp_per_mb"] == 1000


def test_a_finding_at_an_allowed_place_counts_neither_way() -> None:
    row = _row("x" * 20, label=0, allow=((0, 5, "EMAIL"),))
    assert _rates(row, (0, 5, "k"))["fpr"] == 0
    assert _rates(row, (0, 5, "k"), (9, 12, "k"))["fpr"] == 1


def test_a_row_without_marked_places_says_nothing_about_precision() -> None:
    counted = figures([_row("abc")], {"r": Answer(spans=((0, 3, "k"),))})
    assert (counted.right, counted.wrong, counted.positive_hit) == (0, 0, 1)
    assert counted.rates()["precision"] is None


def test_a_row_that_was_not_reached_is_left_out() -> None:
    assert figures([_row("abc", (0, 3, "T"))], {}).rows == 0


def test_equal_values_of_a_line_are_placed_one_after_the_other() -> None:
    places = Places("a=key\r\nb key key\nlast")
    assert [places.place("key", 2, "k")[:2] for _ in range(2)] == [(9, 12), (13, 16)]
    assert places.place("absent", 3, "k") == (17, 21, "k")


def test_offsets_in_bytes_become_code_points() -> None:
    assert [characters("äb€c")(offset) for offset in (0, 2, 3, 6, 7)] == [0, 1, 2, 3, 4]


def test_every_tool_of_the_catalogue_has_an_adapter() -> None:
    assert {tool.name for tool in TOOLS} == set(ADAPTERS)
    assert {part for combination in COMBINATIONS for part in combination.parts} <= set(ADAPTERS)
