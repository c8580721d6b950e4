"""What Unicode lets a text hold without showing it."""

from extproc.threats.invisible import controls, invisible


def test_a_flag_of_a_region_hides_nothing() -> None:
    flag = "\U0001f3f4\U000e0067\U000e0062\U000e0065\U000e006e\U000e0067\U000e007f"
    assert not invisible(flag).marks


def test_tags_that_are_scattered_are_read_together() -> None:
    text = "a".join(chr(0xE0000 + ord(letter)) for letter in "read it")
    assert [inner.text for inner in invisible(text).inner] == ["read it"]


def test_the_selectors_of_emoji_hide_nothing() -> None:
    assert not invisible("\u2764\ufe0f" * 20).marks


def test_soft_hyphens_divide_words_as_they_should() -> None:
    found = invisible("Donau\u00addampf\u00adschiff\u00adfahrt\u00ad")
    assert len(found.pieces) == 4
    assert not found.marks


def test_letters_that_are_struck_through_are_letters() -> None:
    found = invisible("s\u0336e\u0336n\u0336d\u0336")
    assert [piece[2] for piece in found.pieces] == [""] * 4
    assert [mark.code for mark in found.marks] == ["styled-letters"]


def test_full_width_letters_are_usual_beside_chinese() -> None:
    assert not invisible("\uff21\uff22\uff23\uff24\uff25\uff26\uff27\uff28\uff29 \u4e2d\u6587").marks


def test_controls_are_taken_away() -> None:
    assert controls("a\x00\x08b\n") == [(1, 3, "")]
