"""What is found in a message, what of it rules hear, and what cannot be searched or redacted."""

from dataclasses import replace
from typing import Any

import pytest

from extproc.detect.scanner import MAX_FINDINGS
from extproc.model.decision import Effect, Outcome
from extproc.model.message import Call, Direction, JsonObject, Message
from extproc.pipeline.context import Context
from extproc.pipeline.inspection import Inspection
from extproc.pipeline.search import INCOMPLETE, MEDIA, NOTHING_FOUND
from extproc.pipeline.stages import inspect
from extproc.pipeline.suppressions import Suppression
from tests.detecting import detection
from tests.pipeline.forms import C2S, S2C, request, response
from tests.policies import policy

_HIDE = policy({"id": "hide", "redact": [{"entities": ["pii", "secret"]}]})
_MAIL = "ada.sample@example.com"


def answered(message: Message, **members: Any) -> Inspection:
    call = Call(id=1, method="tools/call", target="get", decision_id="d")
    return inspect(message, Context(direction=S2C, server="crm", call=call, now=1.0), _HIDE, **members)


def text(*texts: str) -> Message:
    return response({"content": [{"type": "text", "text": one} for one in texts]})


def test_without_detectors_nothing_is_found() -> None:
    assert answered(text(_MAIL)).found is NOTHING_FOUND


def test_a_finding_tells_what_and_where_and_not_the_value() -> None:
    [found] = answered(text("hello", f"to {_MAIL}"), detection=detection()).found.findings
    assert (found.entity, found.pointer, found.start, found.end) == ("email", ("result", "content", 1, "text"), 3, 25)
    assert _MAIL not in repr(found)
    assert len(found.fingerprint) == 16


def test_equal_values_have_equal_fingerprints() -> None:
    first, second = answered(text(_MAIL, f"to {_MAIL.upper()}"), detection=detection()).found.findings
    assert first.fingerprint == second.fingerprint


def test_rules_hear_the_entity_and_its_category() -> None:
    assert answered(text(_MAIL), detection=detection()).found.names() == {"email", "pii"}


def test_what_is_suppressed_is_counted_and_left_alone() -> None:
    known = Suppression(until=2.0, reason="the help desk", entities=frozenset({"email"}))
    judged = answered(text(_MAIL), detection=replace(detection(), suppressions=(known,)))
    assert (judged.decision.outcome, len(judged.found.findings), len(judged.found.suppressed)) == (Outcome.ALLOW, 0, 1)


def test_images_pass_and_are_told() -> None:
    image: dict[str, Any] = {"type": "image", "mimeType": "image/png", "data": "iVBORw0KGgo" + "A" * 2000}
    judged = answered(response({"content": [image]}), detection=detection())
    assert judged.decision.outcome is Outcome.ALLOW
    assert judged.found.names() == {MEDIA}


def test_more_than_can_be_redacted_does_not_pass() -> None:
    many = " ".join(f"user{number}@example.com" for number in range(MAX_FINDINGS + 5))
    judged = answered(text(many), detection=detection())
    assert INCOMPLETE in judged.found.names()
    assert (judged.decision.effect, judged.decision.determining) == (Effect.DENY, ("hide",))


@pytest.mark.parametrize("pointer", [("params", "name"), ("params", "uri")])
def test_what_a_client_writes_into_names_is_found_and_never_altered(pointer: tuple[str, str]) -> None:
    method = "tools/call" if pointer[1] == "name" else "resources/read"
    sent = request(method, {pointer[1]: f"mailto:{_MAIL}"})
    judged = inspect(sent, Context(direction=C2S, server="crm"), _HIDE, detection())
    assert [found.pointer for found in judged.found.findings] == [pointer]
    assert judged.decision.edits == ()


@pytest.mark.parametrize("direction", [C2S, S2C])
def test_what_stands_in_meta_is_found_and_never_altered(direction: Direction) -> None:
    params: JsonObject = {
        "_meta": {"note": _MAIL, "traceparent": "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"}
    }
    message = request("tools/list", params) if direction is C2S else response(params)
    judged = inspect(message, Context(direction=direction, server="crm"), _HIDE, detection())
    assert [found.pointer[1:] for found in judged.found.findings] == [("_meta", "note")]
    assert judged.decision.edits == ()


def test_ids_and_cursors_are_not_searched() -> None:
    sent = request("tools/list", {"cursor": _MAIL, "_meta": {"progressToken": _MAIL}})
    assert inspect(sent, Context(direction=C2S, server="crm"), _HIDE, detection()).found is NOTHING_FOUND
