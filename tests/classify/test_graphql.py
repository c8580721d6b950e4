"""What GraphQL documents would do."""

import pytest

from extproc.classify.codes import worst
from extproc.classify.graphql import looks_like_graphql, read_graphql
from extproc.model.intent import Intent


@pytest.mark.parametrize(
    ("document", "intent"),
    [
        ("{ viewer { login } }", Intent.READ),
        ('query { search(text: "mutation { deleteAll }") { id } }', Intent.READ),
        ("query A { a } mutation B { createNote(x: {y: 1}) { id } }", Intent.WRITE),
        ("mutation { gone: deleteNote(id: 1) { delete } }", Intent.DESTRUCTIVE),
        ("mutation { addStar @include(if: $delete) { id } } # deleteNote", Intent.WRITE),
        ("mutation { ...All } fragment All on Mutation { deleteNote }", Intent.WRITE),
        ("query { a { b }", Intent.WRITE),
    ],
)
def test_a_document_is_classed_by_its_operations(document: str, intent: Intent) -> None:
    assert worst(read_graphql(document)) is intent


def test_documents_look_like_graphql_and_objects_do_not() -> None:
    assert looks_like_graphql("# note\nmutation { a }")
    assert not looks_like_graphql('{"a": 1}')
    assert not looks_like_graphql("query the docs")
