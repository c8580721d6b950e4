"""Which revision a message is read by, and what each revision forbids."""

from collections.abc import Collection

import pytest

from extproc.mcp.headers import HEADER_MISMATCH, Headers
from extproc.mcp.jsonrpc import INVALID_PARAMS, INVALID_REQUEST
from extproc.mcp.versions import REVISIONS, UNSUPPORTED_VERSION, from_header, of_message, unsupported
from extproc.mcp.versions.revision import META_CAPABILITIES, META_VERSION, Era, Revision
from extproc.model.message import ErrorResponse, JsonValue, Message, Notification, Request, Response
from extproc.model.rejection import Rejection

MODERN = "2026-07-28"
LEGACY = sorted(set(REVISIONS) - {MODERN})
ALL = frozenset(REVISIONS)


def version(named: str | None) -> Headers:
    return Headers([] if named is None else [("mcp-protocol-version", named)])


def request(method: str = "tools/list", params: dict[str, JsonValue] | None = None) -> Request:
    return Request(id=9, method=method, params=params or {}, document={})


def modern(claimed: str = MODERN) -> Request:
    return request(params={"_meta": {META_VERSION: claimed, META_CAPABILITIES: {}}})


def initialize(offered: JsonValue) -> Request:
    return request("initialize", {"protocolVersion": offered})


def of(
    message: Message, named: str | None = None, negotiated: str | None = None, supported: Collection[str] = ALL
) -> Revision | Rejection:
    return of_message(message, version(named), negotiated, supported)


def name_of(got: Revision | Rejection) -> str:
    assert isinstance(got, Revision), got
    return got.name


def refusal_of(got: Revision | Rejection) -> Rejection:
    assert isinstance(got, Rejection), got
    return got


# --- the catalogue


def test_the_revisions_differ_as_the_specification_says() -> None:
    assert list(REVISIONS) == ["2024-11-05", "2025-03-26", "2025-06-18", "2025-11-25", "2026-07-28"]
    assert [name for name, revision in REVISIONS.items() if revision.batches] == ["2025-03-26"]
    assert [name for name, revision in REVISIONS.items() if revision.standard_headers] == [MODERN]
    assert [name for name, revision in REVISIONS.items() if not revision.posted_responses] == [MODERN]
    assert [name for name, revision in REVISIONS.items() if not revision.streams] == [MODERN]
    assert [name for name, revision in REVISIONS.items() if revision.era is Era.LEGACY] == LEGACY


@pytest.mark.parametrize("name", LEGACY)
def test_a_legacy_revision_takes_every_kind_of_message(name: str) -> None:
    messages: list[Message] = [
        request(),
        Notification(method="x", params={}, document={}),
        Response(id=1, result={}, document={}),
        ErrorResponse(id=None, code=1, document={}),
    ]
    for message in messages:
        assert name_of(of(message, name)) == name


# --- the header


@pytest.mark.parametrize("name", sorted(REVISIONS))
def test_the_header_names_the_revision(name: str) -> None:
    assert from_header(version(name), None, ALL) is REVISIONS[name]
    assert from_header(version(name), name, ALL) is REVISIONS[name]


def test_without_a_header_the_session_decides_and_then_the_specification() -> None:
    assert name_of(from_header(version(None), "2025-11-25", ALL)) == "2025-11-25"
    assert name_of(from_header(version(None), None, ALL)) == "2025-03-26"


@pytest.mark.parametrize(
    "named", ["2024-10-07", "2027-01-01", "", " ", "2025-11-25 ", "2025-11-25,2025-11-25", "DRAFT", "2025-11-2\u0665"]
)
def test_an_unknown_version_is_refused_with_those_that_are_spoken(named: str) -> None:
    got = refusal_of(of(request(), named))
    assert (got.reason, got.code, got.http_status, got.id) == ("unsupported_version", UNSUPPORTED_VERSION, 400, 9)
    assert got.data == {"supported": sorted(ALL), "requested": named}


def test_a_version_that_is_switched_off_is_refused() -> None:
    assert refusal_of(of(request(), "2025-03-26", supported={MODERN, "2025-11-25"})).reason == "unsupported_version"


def test_leaving_the_header_out_does_not_bring_back_a_version_that_is_switched_off() -> None:
    got = refusal_of(of(request("tools/call", {"name": "x"}), None, supported={MODERN}))
    assert got.data == {"supported": [MODERN], "requested": "2025-03-26"}
    assert refusal_of(from_header(version(None), None, {"2025-11-25"})).code == UNSUPPORTED_VERSION
    assert refusal_of(from_header(version(None), "2024-11-05", {"2025-11-25"})).code == UNSUPPORTED_VERSION


def test_a_header_that_differs_from_the_session_is_refused() -> None:
    got = refusal_of(of(request(), "2025-06-18", "2025-11-25"))
    assert (got.reason, got.code, got.id) == ("version_mismatch", INVALID_REQUEST, 9)


def test_what_a_client_asked_for_is_quoted_only_in_part() -> None:
    got = unsupported("x" * 500, ["b", "a"], 3)
    assert got.data == {"supported": ["a", "b"], "requested": "x" * 64}
    assert "x" * 8 not in got.message


# --- the version in _meta


def test_a_modern_request_names_its_version_twice() -> None:
    assert name_of(of(modern(), MODERN)) == MODERN


@pytest.mark.parametrize("named", [None, "2025-11-25", "2026-07-29"])
def test_a_version_in_meta_that_is_not_in_the_header_is_refused(named: str | None) -> None:
    got = refusal_of(of(modern(), named))
    assert (got.reason, got.code, got.id) == ("header_mismatch", HEADER_MISMATCH, 9)


def test_an_unknown_version_in_both_is_answered_with_modern_ones_only() -> None:
    got = refusal_of(of(modern("2030-01-01"), "2030-01-01"))
    assert (got.code, got.id) == (UNSUPPORTED_VERSION, 9)
    assert got.data == {"supported": [MODERN], "requested": "2030-01-01"}


@pytest.mark.parametrize(
    "params",
    [{}, {"_meta": None}, {"_meta": []}, {"_meta": {}}, {"_meta": {META_VERSION: MODERN}},
     {"_meta": {META_VERSION: 1, META_CAPABILITIES: {}}},
     {"_meta": {META_VERSION: MODERN, META_CAPABILITIES: None}},
     {"_meta": {META_VERSION: MODERN, META_CAPABILITIES: []}}],
)  # fmt: skip
def test_a_modern_request_without_its_meta_is_refused(params: dict[str, JsonValue]) -> None:
    got = refusal_of(of(request(params=params), MODERN))
    assert (got.reason, got.code, got.id) == ("missing_meta", INVALID_PARAMS, 9)


def test_a_modern_notification_needs_no_meta() -> None:
    assert name_of(of(Notification(method="notifications/cancelled", params={}, document={}), MODERN)) == MODERN


@pytest.mark.parametrize("message", [Response(id=4, result={}, document={}), ErrorResponse(id=4, code=1, document={})])
def test_a_modern_client_posts_no_responses(message: Message) -> None:
    got = refusal_of(of(message, MODERN))
    assert (got.reason, got.code, got.id) == ("posted_response", INVALID_REQUEST, 4)


# --- the handshake


@pytest.mark.parametrize("name", LEGACY)
def test_a_handshake_is_read_by_the_version_it_offers(name: str) -> None:
    assert name_of(of(initialize(name))) == name


@pytest.mark.parametrize("offered", ["2024-10-07", "2030-01-01", "", None, 7, {}, MODERN])
def test_a_handshake_that_offers_no_legacy_version_is_read_by_the_latest(offered: JsonValue) -> None:
    assert name_of(of(initialize(offered))) == "2025-11-25"


def test_a_handshake_is_refused_where_no_legacy_version_is_spoken() -> None:
    for offered in ("2025-11-25", MODERN, None):
        got = refusal_of(of(initialize(offered), supported={MODERN}))
        assert (got.code, got.id) == (UNSUPPORTED_VERSION, 9)


def test_a_handshake_with_a_header_follows_the_header() -> None:
    assert name_of(of(initialize("2025-11-25"), "2025-06-18")) == "2025-06-18"
    assert refusal_of(of(initialize("2025-11-25"), MODERN)).reason == "missing_meta"
