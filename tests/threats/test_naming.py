"""Names of other tools in a text."""

from extproc.threats.dampers import subject_of
from extproc.threats.naming import named_tools

_NAMES = frozenset({"send_mail", "search", "readFile"})


def _named(text: str) -> list[str]:
    return [text[sign.start : sign.end] for sign in named_tools(text, _NAMES, subject_of("own", ()))]


def test_a_name_that_is_no_word_is_found_anywhere() -> None:
    assert _named("Before send_mail, call readFile.") == ["send_mail", "readFile"]


def test_a_name_that_is_a_word_is_found_only_where_it_is_marked() -> None:
    assert _named("search for pages with `search`") == ["search"]


def test_a_tool_may_name_itself() -> None:
    assert list(named_tools("send_mail sends", _NAMES, subject_of("send_mail", ()))) == []
