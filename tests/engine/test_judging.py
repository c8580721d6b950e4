"""Records: every decision leaves one, and none carries content."""

import json
from dataclasses import asdict, fields

import pytest

from extproc.engine.records import digest
from extproc.model.decision import Outcome
from extproc.ports import Record, Resolution
from tests.engine.failing import CRASH, Failing
from tests.engine.harness import (
    END,
    LEGACY,
    Desk,
    Sidecar,
    answer,
    ask,
    ask_modern,
    error,
    event,
    head,
    notification,
    request,
    response_head,
    result,
    stream_head,
    tool_call,
)
from tests.policies import policy

_MARK = "MARKED-7f3a"
_SESSION = {"mcp_session_id": f"{_MARK}-session", "mcp_protocol_version": LEGACY}


def marked(sidecar: Sidecar) -> None:
    """Have marked content judged wherever content can stand, allowed and refused, well-formed and not."""
    arguments = {_MARK: _MARK, "list": [_MARK], "email": _MARK}
    asked = ask(tool_call("get", arguments, number=_MARK), **_SESSION)
    answers = [result({_MARK: _MARK}, _MARK), error(-1, _MARK, _MARK), result({}, f"{_MARK}-other")]
    for answered in answers:
        sidecar.exchange(*asked, *answer(answered))
        sidecar.exchange(*asked, stream_head(), event(answered, number=_MARK), END)
        sidecar.exchange(*asked, *answer(answered, 500))
    for odd in (_MARK.encode(), b'{"' + _MARK.encode() + b'":1,"' + _MARK.encode() + b'":2}'):
        sidecar.exchange(*ask(odd, **_SESSION))
        sidecar.exchange(*asked, *answer(odd))
        sidecar.exchange(*asked, stream_head(), event(odd))
    for named in (f"{_MARK} with spaces", f"a\n{_MARK}", _MARK * 40):
        sidecar.exchange(*ask(tool_call(named), **_SESSION))
        sidecar.exchange(*ask(request(named), **_SESSION))
    sidecar.exchange(*ask(notification("notifications/message", {"data": _MARK}), **_SESSION))
    sidecar.exchange(*ask(request("resources/read", {"uri": f"file:///{_MARK}"}), **_SESSION))
    sidecar.exchange(*ask_modern(tool_call("get", {"x": _MARK}), mcp_param_x=f"{_MARK}x"))
    sidecar.exchange(*ask(tool_call(), mcp_protocol_version=_MARK))
    sidecar.exchange(*ask(result({_MARK: _MARK}, _MARK), **_SESSION))
    sidecar.exchange(*asked, response_head(302, location=_MARK))
    sidecar.exchange(*asked, response_head(200, content_type=f"text/{_MARK}"))
    sidecar.exchange(*asked, stream_head(), event({"x": 1}, name=_MARK))
    sidecar.exchange(head(path=f"/{_MARK}"), asked[1])


@pytest.mark.parametrize(
    "sidecar",
    [
        pytest.param(Sidecar(), id="allow"),
        pytest.param(Sidecar(policy=policy({"effect": "deny"}, {"effect": "deny", "on": ["response"]})), id="deny"),
        pytest.param(Sidecar(policy=policy({"effect": "allow"}, {"redact": [{"pointer": "/**/email"}]})), id="mutate"),
        pytest.param(Sidecar(policy=policy({"effect": "hold"}), holds=Desk(Resolution.RELEASED)), id="hold"),
        pytest.param(Sidecar(sessions=Failing(ValueError(_MARK))), id="crash"),
    ],
)
def test_no_record_carries_content(sidecar: Sidecar) -> None:
    marked(sidecar)
    assert len(sidecar.log.records) > 20
    assert [record for record in sidecar.log.records if _MARK in str(asdict(record))] == []


def test_a_record_says_what_was_decided_on() -> None:
    sidecar = Sidecar()
    sidecar.exchange(*ask(tool_call(), **_SESSION))
    assert sidecar.last == Record(
        time=1_000_000.0,
        decision_id="d1",
        policy_revision=sidecar.policy.revision,
        direction=sidecar.last.direction,
        server="shop",
        outcome=Outcome.ALLOW,
        effect=sidecar.last.effect,
        determining=("rule-0",),
        kind="request",
        method="tools/call",
        tool="get",
        intent=sidecar.last.intent,
        evidence=sidecar.last.evidence,
        principal="anonymous",
        session=digest(_SESSION["mcp_session_id"]),
        protocol_version=LEGACY,
    )


def test_every_decision_id_is_used_once() -> None:
    sidecar = Sidecar()
    marked(sidecar)
    ids = [record.decision_id for record in sidecar.log.records]
    assert len(ids) == len(set(ids))


def test_a_failure_is_recorded_by_its_cause_alone() -> None:
    sidecar = Sidecar(sessions=Failing(CRASH))
    sidecar.exchange(*ask(tool_call(), **_SESSION))
    assert (sidecar.last.failure, sidecar.last.determining, sidecar.last.rejected) == ("bug", ("failure:bug",), None)


def test_a_record_can_be_written_as_json() -> None:
    sidecar = Sidecar()
    marked(sidecar)
    names = {field.name for field in fields(Record)}
    assert all(set(json.loads(json.dumps(asdict(record)))) == names for record in sidecar.log.records)
