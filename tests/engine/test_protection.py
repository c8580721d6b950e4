"""What is found in messages, treated as rules say, on whole exchanges."""

import re
from dataclasses import replace
from typing import Any, Final

import pytest

from extproc.detect.detector import Candidate, Detector
from extproc.detect.matching import expressions_of
from extproc.detect.scanner import Scanner
from extproc.engine.settings import Route
from extproc.model.decision import Outcome
from extproc.model.finding import Category
from extproc.pipeline.search import Detection
from extproc.policy.globs import globs
from extproc.ports import PortError
from extproc.stores.detector_cache import DetectorCache
from tests.detecting import detection
from tests.engine.harness import (
    C2S,
    LEGACY,
    S2C,
    SETTINGS,
    Sidecar,
    answer,
    ask,
    body_of,
    failing_open,
    passed,
    refusal,
    result,
    tool_call,
)
from tests.policies import policy

_EMAIL: Final = "ada.sample@example.com"
_ROUTES: Final = tuple(
    Route(name=name, hosts=globs((f"{name}.test",)), paths=frozenset({"/mcp"})) for name in ("crm", "mail")
)


def protecting(*rules: dict[str, Any]) -> Sidecar:
    return Sidecar(
        policy=policy({"id": "all", "effect": "allow"}, *rules),
        settings=replace(SETTINGS, routes=_ROUTES),
        detection=detection(),
    )


def called(sidecar: Sidecar, server: str, tool: str, arguments: dict[str, Any], told: object) -> list[Any]:
    asked = ask(tool_call(tool, arguments, number=1), authority=f"{server}.test", mcp_protocol_version=LEGACY)
    return sidecar.exchange(*asked, *answer(result(told, 1)))


def read(sidecar: Sidecar, text: str = f"Write to {_EMAIL} today.") -> str:
    sent = called(sidecar, "crm", "get_customer", {}, {"content": [{"type": "text", "text": text}]})
    document: Any = body_of(sent[-1]) if sent[-1].body is not None else None
    return str(document["result"]["content"][0]["text"]) if document else text


@pytest.mark.parametrize(
    ("operator", "pattern"),
    [
        ("redact", r"Write to \[REDACTED:email\] today\."),
        ("mask", r"Write to \*+\.com today\."),
        ("pseudonym", r"Write to \[EMAIL:[a-z2-7]{8}\] today\."),
        ("hash", r"Write to \[EMAIL:[a-z2-7]{16}\] today\."),
        ("tokenize", r"Write to \[EMAIL:[a-z2-7]{26}\] today\."),
    ],
)
def test_what_is_found_is_treated_as_the_rule_says(operator: str, pattern: str) -> None:
    sidecar = protecting({"redact": [{"entities": ["pii"], "with": operator}]})
    assert re.fullmatch(pattern, read(sidecar))
    assert sidecar.last.findings == {(Category.PII, "email"): 1}
    assert sidecar.last.outcome is Outcome.MUTATE


def test_without_a_rule_what_is_found_passes_and_is_recorded() -> None:
    sidecar = protecting()
    assert _EMAIL in read(sidecar)
    assert (sidecar.last.outcome, sidecar.last.findings) == (Outcome.ALLOW, {(Category.PII, "email"): 1})


def test_a_secret_on_its_way_out_is_refused() -> None:
    sidecar = protecting({"id": "no-secrets", "effect": "deny", "findings": ["secret"]})
    sent = called(sidecar, "mail", "post", {"password": "xV9-krTq2-Lmz77"}, {})
    assert b"rule no-secrets" in refusal(sent).body
    assert b"xV9" not in refusal(sent).body


_TOKENS: Final[tuple[dict[str, Any], ...]] = (
    {"id": "tokens", "direction": "server_to_client", "redact": [{"entities": ["email"], "with": "tokenize"}]},
    {"id": "no-flows", "effect": "deny", "findings": ["token_flow"]},
    {
        "id": "back",
        "effect": "allow",
        "servers": ["mail"],
        "tools": ["send"],
        "restore": [{"pointer": "/params/arguments/to", "entities": ["email"]}],
    },
)


def test_a_token_is_given_back_to_the_server_that_a_rule_names_and_to_nobody_else() -> None:
    sidecar = protecting(*_TOKENS)
    token = read(sidecar).split()[2]
    sent = called(sidecar, "mail", "send", {"to": token}, {})
    assert body_of(sent[1])["params"]["arguments"] == {"to": _EMAIL}  # type: ignore[index]  # a request
    for server, tool, member in (("mail", "send", "text"), ("mail", "post", "to")):
        refused = refusal(called(sidecar, server, tool, {member: token}, {}))
        assert b"rule no-flows" in refused.body


def test_a_token_may_go_back_where_its_value_came_from_as_it_is() -> None:
    sidecar = protecting(*_TOKENS)
    token = read(sidecar).split()[2]
    sent = called(sidecar, "crm", "update", {"who": token}, {})
    assert passed(sent[:2]).body is None


def test_a_token_that_no_vault_knows_is_a_plain_text() -> None:
    sidecar = protecting(*_TOKENS)
    forged = "[EMAIL:" + "a" * 26 + "]"
    assert passed(called(sidecar, "mail", "send", {"to": forged}, {})[:2]).body is None


def test_a_result_that_no_longer_fits_its_schema_is_an_error_with_the_reason() -> None:
    schema = {"type": "object", "required": ["mail"], "properties": {"mail": {"enum": [_EMAIL]}}}
    tools = [{"name": "get_customer", "inputSchema": {"type": "object"}, "outputSchema": schema}]
    sidecar = protecting({"id": "hide", "redact": [{"entities": ["email"]}]})
    listing = {"jsonrpc": "2.0", "id": 1, "method": "tools/list", "params": {}}
    asked = ask(listing, authority="crm.test", mcp_protocol_version=LEGACY)
    sidecar.exchange(*asked, *answer(result({"tools": tools}, 1)))
    sent = called(sidecar, "crm", "get_customer", {}, {"content": [], "structuredContent": {"mail": _EMAIL}})
    told: Any = body_of(sent[-1])
    assert told["result"]["isError"] is True
    assert "does not fit its output schema" in told["result"]["content"][0]["text"]
    assert sidecar.last.determining == ("hide",)


class _Full:
    """A `Vault` that cannot keep anything, nor find it."""

    async def put(self, *_: object, **__: object) -> str:
        raise PortError("the vault is down")

    async def get(self, *_: object) -> None:
        raise PortError("the vault is down")


def test_a_vault_that_fails_lets_nothing_pass() -> None:
    sidecar = protecting(*_TOKENS)
    sidecar.engine.ports = replace(sidecar.engine.ports, vault=_Full())
    sent = called(sidecar, "crm", "get", {}, {"content": [{"type": "text", "text": _EMAIL}]})
    assert (sidecar.last.failure, _EMAIL in str(sent[-1])) == ("store", False)
    refusal(called(sidecar, "mail", "send", {"to": "[EMAIL:" + "a" * 26 + "]"}, {}))


def test_a_detector_that_crashes_lets_nothing_pass() -> None:
    def crash(_candidate: Candidate) -> float:
        raise RuntimeError("a detector of ours")

    word = Detector(id="word", entity="word", category=Category.CUSTOM, pattern="boom", validator="crash")
    scanner = Scanner([word], {"crash": crash}, DetectorCache().engine(expressions_of([word])), key=b"k")
    settings = failing_open(C2S, S2C)
    sidecar = Sidecar(settings=settings, detection=Detection(scanner=scanner, key=b"k"))
    refused = refusal(sidecar.exchange(*ask(tool_call("get", {"a": "boom"}), mcp_protocol_version=LEGACY)))
    assert (refused.status, sidecar.last.failure) == (503, "bug")
