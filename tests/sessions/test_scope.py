"""Whose session a message belongs to."""

import pytest

from extproc.model.principal import ANONYMOUS, Principal
from extproc.sessions.scope import Hints, RunSource, scope_of

_ADA = Principal(subject="ada", source="idp", issuer="https://idp.example", agent="helper")
_RUN = Principal(subject="ada", source="idp", issuer="https://idp.example", agent="helper", run="r-1")
_TRACE = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"
_ALL = (RunSource.CLAIM, RunSource.TRACE, RunSource.SESSION)


def test_a_new_session_of_the_protocol_is_no_new_scope() -> None:
    assert scope_of(_ADA, Hints(session="a"), (RunSource.CLAIM,)) == scope_of(_ADA, Hints(), (RunSource.CLAIM,))


def test_runs_are_told_apart_by_a_claim() -> None:
    assert scope_of(_ADA, Hints(), _ALL) != scope_of(_RUN, Hints(), _ALL)


def test_a_claim_counts_before_what_the_caller_chooses() -> None:
    assert scope_of(_RUN, Hints(traceparent=_TRACE), _ALL) == scope_of(_RUN, Hints(session="s"), _ALL)


def test_traces_count_by_their_trace_id_and_only_when_asked() -> None:
    other = _TRACE.replace("00f067aa0ba902b7", "00f067aa0ba902b8")
    assert scope_of(_ADA, Hints(traceparent=_TRACE), _ALL) == scope_of(_ADA, Hints(traceparent=other), _ALL)
    assert scope_of(_ADA, Hints(traceparent=_TRACE), _ALL) != scope_of(_ADA, Hints(), _ALL)
    assert scope_of(_ADA, Hints(traceparent=_TRACE), ()) == scope_of(_ADA, Hints(), ())


@pytest.mark.parametrize("text", ["", "00-xyz", f"00-{'0' * 32}-00f067aa0ba902b7-01", _TRACE.upper()])
def test_what_is_no_trace_tells_nothing(text: str) -> None:
    assert scope_of(_ADA, Hints(traceparent=text), _ALL) == scope_of(_ADA, Hints(), _ALL)


def test_callers_that_nobody_vouches_for_are_told_apart_by_their_sessions() -> None:
    assert scope_of(ANONYMOUS, Hints(session="a"), ()) != scope_of(ANONYMOUS, Hints(session="b"), ())


def test_principals_agents_and_issuers_have_scopes_of_their_own() -> None:
    others = (
        Principal(subject="bob", source="idp", issuer="https://idp.example", agent="helper"),
        Principal(subject="ada", source="idp", issuer="https://idp.example", agent="other"),
        Principal(subject="ada", source="idp", issuer="https://other.example", agent="helper"),
    )
    assert len({scope_of(one, Hints(), ()) for one in (_ADA, *others)}) == 4
