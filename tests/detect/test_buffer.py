"""The way back from places in the buffer to places in texts."""

from hypothesis import given
from hypothesis import strategies as st

from extproc.detect.buffer import Buffer


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


@given(st.lists(st.text("a\n", max_size=12), min_size=1), st.integers(0, 8))
def test_how_long_the_longest_line_is_can_be_asked(texts: list[str], length: int) -> None:
    longest = max(len(line) for text in texts for line in text.split("\n"))
    assert Buffer(texts).has_line(length) == (longest > length)


def test_a_place_inside_of_a_character_counts_as_after_it() -> None:
    buffer = Buffer(["aé€b"])
    assert list(buffer.characters(0, [2, 3, 4, 5, 6, 7, 8])) == [1, 2, 2, 3, 3, 3, 4]
