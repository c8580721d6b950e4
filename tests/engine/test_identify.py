"""Who acts in an exchange: challenges, sessions, tokens that go no further, and faults that let nobody pass."""

from dataclasses import replace
from typing import Any

import pytest

from extproc.engine.records import owner_of
from extproc.engine.settings import Route, Settings
from extproc.identity.claims import Expected
from extproc.identity.sources import Identity, PeerCertificateSource, TokenSource
from extproc.mcp.authorization import Authorization
from extproc.model.attested import Attested
from extproc.model.principal import ANONYMOUS, Principal
from extproc.policy.globs import globs
from extproc.wire.commands import Continue, Reply
from extproc.wire.events import Event, RequestBody
from tests.engine.failing import CRASH, DOWN, HANG, Failing
from tests.engine.harness import (
    C2S,
    LEGACY,
    S2C,
    Sidecar,
    answer,
    ask,
    head,
    passed,
    refusal,
    request,
    response_head,
    result,
    tool_call,
)
from tests.engine.test_identifier import Keys
from tests.identity.tokens import AUDIENCE, CLAIMS, ISSUER, token

RESOURCE = "https://mcp.test/mcp"
_CLOCK = 1_000_000.0  # where the harness's clock stands
_TIMES = {"iat": _CLOCK - 10, "exp": _CLOCK + 600}
_IDP = TokenSource(
    name="idp",
    algorithms=frozenset({"RS256"}),
    types=frozenset({"jwt"}),
    expected=Expected(issuer=ISSUER, audiences=frozenset({AUDIENCE})),
)


def settings(*, required: bool = False, **identity: Any) -> Settings:
    """Return settings with one protected server and one source of tokens."""
    authorization = Authorization(
        resource=RESOURCE, authorization_servers=("https://idp.test",), scopes=("use",), required=required
    )
    server = Route(name="shop", hosts=globs(("*",)), paths=frozenset({"/mcp"}), authorization=authorization)
    whole = {"sources": (_IDP,), **identity}
    return Settings(routes=(server,), decision_seconds=0.2, identity=Identity(**whole))


def sidecar(**changes: Any) -> Sidecar:
    members = {"settings": settings(), "keys": {"idp": Keys()}, **changes}
    return Sidecar(**members)


def bearer(subject: str = "ada", **claims: Any) -> str:
    return "Bearer " + token({**CLAIMS, **_TIMES}, sub=subject, **claims)


def header(reply: Reply, name: str) -> str | None:
    return dict(reply.headers).get(name)


def test_a_verified_caller_is_the_principal_of_the_record() -> None:
    guard = sidecar()
    passed(guard.exchange(*ask(tool_call(), authorization=bearer())))
    assert (guard.last.principal, guard.last.principal_source) == ("ada", "idp")


def test_nobody_is_anonymous_where_no_token_is_required() -> None:
    guard = sidecar()
    passed(guard.exchange(*ask(tool_call())))
    assert (guard.last.principal, guard.last.principal_source) == ("anonymous", None)


@pytest.mark.parametrize(
    ("written", "status", "error", "reason"),
    [
        (None, 401, None, "unauthenticated"),
        (bearer(exp=1), 401, "invalid_token", "token_expired"),
        ("Bearer", 400, "invalid_request", "token_header"),
        ("Basic YTpi", 401, "invalid_token", "token_scheme"),
    ],
)
def test_a_refused_client_is_told_what_to_do(written: str | None, status: int, error: str | None, reason: str) -> None:
    guard = sidecar(settings=settings(required=True))
    reply = refusal(guard.exchange(*ask(tool_call(), authorization=written)))
    challenge = header(reply, "www-authenticate") or ""
    assert (reply.status, reply.details, guard.last.rejected) == (status, f"mcp_extproc_{reason}", reason)
    assert 'resource_metadata="https://mcp.test/.well-known/oauth-protected-resource/mcp"' in challenge
    assert 'scope="use"' in challenge
    assert (f'error="{error}"' in challenge) if error else ("error" not in challenge)


def test_keys_that_cannot_be_had_are_503_even_where_failures_let_messages_pass() -> None:
    keys = Keys()
    keys.down = True
    guard = sidecar(keys={"idp": keys}, settings=replace(settings(), fail_open=frozenset({C2S, S2C})))
    reply = refusal(guard.exchange(*ask(tool_call(), authorization=bearer())))
    assert (reply.status, header(reply, "retry-after"), guard.last.rejected) == (503, "5", "keys_unavailable")


def test_an_envoy_that_does_not_tell_of_certificates_is_misconfigured() -> None:
    mesh = settings(sources=(PeerCertificateSource(name="mesh"),))
    reply = refusal(sidecar(settings=mesh).exchange(*ask(tool_call())))
    assert (reply.status, reply.details) == (500, "mcp_extproc_certificate_not_forwarded")
    told = replace(head(), attested=Attested(connection={"connection.mtls": True}))
    reply = refusal(sidecar(settings=mesh).exchange(told, RequestBody(chunk=b"{}")))
    assert (reply.status, header(reply, "www-authenticate")) == (403, None)


@pytest.mark.parametrize("method", ["GET", "DELETE"])
def test_requests_without_a_body_need_the_same(method: str) -> None:
    guard = sidecar(settings=settings(required=True))
    assert refusal(guard.exchange(head(method, body=False, mcp_protocol_version=LEGACY))).status == 401
    signed = head(method, body=False, mcp_protocol_version=LEGACY, authorization=bearer())
    assert "authorization" in passed(guard.exchange(signed)).remove_headers


def test_a_token_goes_no_further_whatever_is_configured() -> None:
    for guard in (Sidecar(), sidecar()):
        first = guard.exchange(*ask(tool_call(), authorization=bearer()))[0]
        assert isinstance(first, Continue)
        assert {"authorization", "proxy-authorization", "x-forwarded-client-cert"} <= set(first.remove_headers)


def test_a_token_in_the_query_is_refused() -> None:
    guard = sidecar()
    reply = refusal(guard.exchange(head(path="/mcp?access_token=x"), RequestBody(chunk=b"{}")))
    assert (reply.status, guard.last.rejected, guard.last.server) == (400, "token_in_query", "shop")
    assert refusal(guard.exchange(head(path="/mcp?token=x"), RequestBody(chunk=b"{}"))).status == 404


def opened(guard: Sidecar, subject: str, identifier: str = "s-1") -> None:
    """Let a principal open a session."""
    asked = ask(request("initialize", {"protocolVersion": LEGACY}), authorization=bearer(subject))
    passed(guard.exchange(*asked, *answer(result({"protocolVersion": LEGACY}), mcp_session_id=identifier)))


def used(subject: str | None, identifier: str = "s-1") -> tuple[Event, ...]:
    """Return a call in a session."""
    written = bearer(subject) if subject is not None else None
    return ask(tool_call(), authorization=written, mcp_session_id=identifier, mcp_protocol_version=LEGACY)


def test_a_session_belongs_to_whom_opened_it() -> None:
    guard = sidecar()
    opened(guard, "ada")
    passed(guard.exchange(*used("ada")))
    for stranger in ("eve", None):
        reply = refusal(guard.exchange(*used(stranger)))
        assert (reply.status, guard.last.rejected) == (404, "foreign_session")
    assert guard.last.principal == "anonymous"


def test_a_session_of_unknown_origin_is_refused_in_the_same_words() -> None:
    guard = sidecar()
    opened(guard, "ada")
    foreign, unknown = (refusal(guard.exchange(*used("eve", name))) for name in ("s-1", "s-2"))
    assert guard.last.rejected == "unknown_session"
    assert (foreign.status, foreign.body) == (unknown.status, unknown.body)


def test_a_session_of_unknown_origin_can_be_left_to_its_first_user() -> None:
    guard = sidecar(settings=settings(adopt_sessions=True))
    passed(guard.exchange(*used("ada")))
    assert refusal(guard.exchange(*used("eve"))).status == 404
    passed(guard.exchange(*used("ada")))


def test_an_ended_session_is_nobodys() -> None:
    guard = sidecar()
    opened(guard, "ada")
    fields = {"mcp_session_id": "s-1", "mcp_protocol_version": LEGACY, "authorization": bearer()}
    guard.exchange(head("DELETE", body=False, **fields), response_head(200, body=False))
    assert refusal(guard.exchange(*used("ada"))).details == "mcp_extproc_unknown_session"


def test_an_answer_that_opens_no_session_binds_none() -> None:
    guard = sidecar()
    asked = ask(request("initialize", {"protocolVersion": LEGACY}), authorization=bearer())
    guard.exchange(
        *asked, *answer({"jsonrpc": "2.0", "id": 1, "error": {"code": 1, "message": "x"}}, 400, mcp_session_id="s-1")
    )
    assert refusal(guard.exchange(*used("ada"))).details == "mcp_extproc_unknown_session"


@pytest.mark.parametrize("failure", [DOWN, HANG, CRASH], ids=["down", "hangs", "bug"])
def test_a_session_that_cannot_be_looked_up_lets_nobody_pass_even_when_failing_open(
    failure: Exception | str,
) -> None:
    guard = sidecar(sessions=Failing(failure), settings=replace(settings(), fail_open=frozenset({C2S, S2C})))
    reply = refusal(guard.exchange(*used("ada")))
    assert reply.status == 503
    assert guard.last.failure is not None


def test_owners_are_told_apart_by_who_vouches_for_them() -> None:
    ada = Principal(subject="ada", source="idp", issuer="i")
    others = [
        ANONYMOUS,
        replace(ada, subject="ad"),
        replace(ada, issuer="j"),
        replace(ada, source="edge"),
        replace(ada, issuer=None),
        replace(ada, source="idp1:i", issuer=""),
    ]
    assert len({owner_of(one) for one in (ada, *others)}) == len(others) + 1
    assert owner_of(ada) == owner_of(replace(ada, groups=frozenset({"a"}), agent="b"))


@pytest.mark.parametrize("method", ["GET", "HEAD"])
@pytest.mark.parametrize("path", ["/mcp", ""])
def test_metadata_is_served_to_anybody(method: str, path: str) -> None:
    guard = sidecar(settings=settings(required=True))
    reply = refusal(guard.exchange(head(method, f"/.well-known/oauth-protected-resource{path}", body=False)))
    assert (reply.status, header(reply, "content-type")) == (200, "application/json")
    assert b'"resource":"https://mcp.test/mcp"' in reply.body
    assert guard.log.records == []
