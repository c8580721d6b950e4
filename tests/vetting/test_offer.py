"""What a server said, without what was sent to it."""

from extproc.model.message import JsonValue
from extproc.vetting.offer import Kind, secrets_of, without
from tests.vetting.offering import offer, tool


def test_a_header_is_secret_as_a_whole_and_in_its_longer_words() -> None:
    assert secrets_of(["Bearer abcdef123", "en"]) == ("Bearer abcdef123", "abcdef123", "Bearer")


def test_secrets_are_starred_where_they_stand_and_places_stay() -> None:
    document: JsonValue = {"a abcdef": ["x abcdef y", 1, None]}
    assert without(document, ["abcdef"]) == {"a ******": ["x ****** y", 1, None]}


def test_without_secrets_a_document_is_itself() -> None:
    document: JsonValue = {"a": [1]}
    assert without(document, ()) is document


def test_what_is_too_deep_to_be_searched_is_left_out() -> None:
    assert without([[["abcdef"]]], ["abcdef"], 2) == [[None]]


def test_definitions_without_a_name_are_not_named() -> None:
    given = offer(tool("a"), {"description": "b"}, "c", lists={Kind.RESOURCE: [{"uri": "note://1"}, {"name": "d"}]})
    assert [(place, name) for place, name, _ in given.named(Kind.TOOL)] == [(0, "a")]
    assert [(place, name) for place, name, _ in given.named(Kind.RESOURCE)] == [(0, "note://1")]


def test_servers_of_the_modern_era_say_who_they_are_beside_the_result() -> None:
    meta: JsonValue = {"io.modelcontextprotocol/serverInfo": {"name": "modern"}}
    assert offer(introduction={"_meta": meta}).info == {"name": "modern"}
    assert offer(introduction={"serverInfo": "nothing"}).info == {}


def test_empty_instructions_are_none() -> None:
    assert offer(introduction={"instructions": ""}).instructions is None
    assert offer(introduction={"instructions": "Ask first."}).instructions == "Ask first."
