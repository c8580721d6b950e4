"""Every document of the hostile corpus gets the judgement written beside it."""

import pytest

from extproc.mcp.jsonrpc import parse_message
from extproc.model.rejection import Rejection
from tests.corpora import MARKER, HostileDocument, hostile_documents

DOCUMENTS = list(hostile_documents())


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda document: document.id)
def test_a_hostile_document_gets_the_expected_judgement(document: HostileDocument) -> None:
    got = parse_message(document.data, document.limits)
    if document.reason is None:
        assert not isinstance(got, Rejection), got
    else:
        assert isinstance(got, Rejection)
        assert got.reason == document.reason
        assert document.code is not None
        assert got.code == document.code
        assert MARKER not in got.message


def test_the_corpus_is_large_and_each_document_has_its_own_name() -> None:
    assert len(DOCUMENTS) >= 200
    assert len({document.id for document in DOCUMENTS}) == len(DOCUMENTS)


def test_every_reason_the_reader_can_give_is_in_the_corpus() -> None:
    reasons = {document.reason for document in DOCUMENTS}
    assert reasons == {
        None, "ambiguous_kind", "control_character", "duplicate_key", "invalid_error", "invalid_escape", "invalid_id",
        "invalid_json", "invalid_method", "invalid_number", "invalid_params", "invalid_result", "invalid_utf8",
        "jsonrpc_version", "missing_id", "not_an_object", "number_range", "too_deep", "too_large", "too_many_values",
        "trailing_data", "truncated",
    }  # fmt: skip


def test_only_a_document_that_is_too_large_is_answered_with_413() -> None:
    for document in DOCUMENTS:
        got = parse_message(document.data, document.limits)
        if isinstance(got, Rejection):
            assert got.http_status == (413 if document.reason == "too_large" else 400)
