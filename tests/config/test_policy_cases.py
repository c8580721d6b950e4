"""The tests in a policy file: what they describe, what they compare, and what is wrong with them."""

import pytest

from extproc.config.faults import ConfigError
from extproc.config.policy_file import parse_policy
from extproc.config.vocabulary import Vocabulary
from tests.policies import HEAD

_SPEC = """\
spec:
  default: deny
  rules:
    - {id: list, effect: allow, match: {methods: ["@lists", notifications/progress, "prompts/get", "resources/*"]}}
    - {id: tool, effect: allow, match: {tools: [t], groups: [g]}, log: info, notify: [n], rate_limit: r}
    - {id: many, effect: hold, match: {tools: [t], session: {calls_over: 2}}, approval: {groups: [leads]}}
    - {id: strip, match: {tools: [t]}, strip: [/params/arguments/debug]}
    - {id: mask, redact: [{pointer: /result/secret, with: "-"}]}
    - {id: later, effect: deny, mode: shadow, match: {tools: [t]}, within: {tz: UTC, hours: "00:00-06:00"}}
    - {id: step, effect: allow, match: {tools: [s]}, scopes: ["a:b"]}
    - {id: pay, effect: allow, match: {tools: [u], namespaces: [pay]}}
"""


def failing(case: str) -> list[str]:
    """Return what is wrong with a test, after its name; nothing when it passes."""
    try:
        parse_policy(
            f"{HEAD}{_SPEC}tests:\n  - {{name: n, {case}}}\n".encode(), "p.yaml", Vocabulary(entities=frozenset())
        )
    except ConfigError as error:
        return [fault.message.removeprefix("the test 'n' fails: ") for fault in error.faults]
    return []


_G = "principal: {groups: [g]}"
_STRIPPED = "{pointer: /params/arguments/debug, removed: true}"
_MASKED = "expect: {outcome: mutate, edits: [{pointer: /result/secret, value: '-'}]}"
_LATER = "expect: {outcome: allow, shadow: {outcome: deny, rules: [later]}}"


@pytest.mark.parametrize(
    "case",
    [
        f"given: {{tool: t, {_G}}}, expect: {{outcome: allow, rules: [tool], log: info, notify: [n]}}",
        f"given: {{tool: t, {_G}}}, expect: {{outcome: allow, rate_limits: [r]}}",
        "given: {tool: t, principal: {}}, expect: {outcome: deny, rules: []}",
        "given: {prompt: p, args: {a: 1}}, expect: {outcome: allow, rules: [list]}",
        "given: {resource: 'file:///x'}, expect: {outcome: allow}",
        "given: {method: tools/list}, expect: {outcome: allow, intent: read}",
        "given: {method: notifications/progress, params: {progressToken: 1}}, expect: {outcome: allow}",
        f"given: {{tool: t, {_G}, session: {{calls: 3}}}}, expect: {{outcome: hold, rules: [many], approval: [leads]}}",
        f"given: {{tool: t, {_G}, args: {{debug: 1}}}}, expect: {{outcome: mutate, edits: [{_STRIPPED}]}}",
        "given: {tool: t, response: {secret: x}}, " + _MASKED,
        f"given: {{tool: t, {_G}, at: '2026-01-01T05:00:00+00:00'}}, " + _LATER,
        "given: {tool: s}, expect: {outcome: deny, rules: [step], missing_scopes: ['a:b']}",
        "given: {tool: s, principal: {scopes: ['a:b']}}, expect: {outcome: allow, missing_scopes: []}",
        "given: {tool: u, namespace: pay}, expect: {outcome: allow, rules: [pay]}",
        "given: {message: {jsonrpc: '2.0', id: 1, method: tools/list}}, expect: {outcome: allow}",
        "given: {message: {jsonrpc: '2.0', id: 1, result: {secret: x}}}, expect: {outcome: mutate}",
        "given: {tool: t, intent: destructive}, expect: {outcome: deny, intent: destructive}",
    ],
)
def test_a_case_that_is_so_passes(case: str) -> None:
    assert failing(case) == []


@pytest.mark.parametrize(
    ("case", "told"),
    [
        (f"given: {{tool: t, {_G}}}, expect: {{outcome: deny}}", "expected outcome deny, got allow by tool"),
        ("given: {tool: x}, expect: {outcome: hold}", "expected outcome hold, got deny by the default"),
        (f"given: {{tool: t, {_G}}}, expect: {{outcome: allow, rules: []}}",
         "expected it to be decided by the default, got tool"),
        ("given: {tool: t, response: {secret: x}}, expect: {outcome: mutate, edits: []}",
         "got an edit at /result/secret that was not expected"),
        ("given: {tool: t, response: {}}, expect: {outcome: allow, edits: [{pointer: /result/secret, value: 1}]}",
         "expected an edit at /result/secret, got none"),
        ("given: {tool: t, response: {secret: x}}, " + _MASKED.replace("'-'", "y"),
         "expected another value at /result/secret than the one it got"),
        (f"given: {{tool: t, {_G}}}, expect: {{outcome: allow, shadow: {{outcome: deny}}}}",
         "expected deny in shadow, got no shadow decision: no rule in shadow matched"),
        ("given: {method: tools/list}, expect: {outcome: allow, intent: write}", "expected intent write, got read"),
        (f"given: {{tool: t, {_G}}}, expect: {{outcome: allow, log: error}}", "expected log error, got info"),
        (f"given: {{tool: t, {_G}}}, expect: {{outcome: allow, approval: [x]}}", "expected approval x, got none"),
        (f"given: {{tool: t, {_G}}}, expect: {{outcome: allow, record: true}}", "expected record True, got False"),
    ],
)  # fmt: skip
def test_what_differs_is_told_in_words(case: str, told: str) -> None:
    assert failing(case) == [told]


@pytest.mark.parametrize(
    ("case", "told"),
    [
        ("given: {}, expect: {outcome: deny}", "one of tool, prompt, resource, method, message says what is judged"),
        ("given: {tool: a, prompt: b}, expect: {outcome: deny}", "one of tool, prompt, resource"),
        ("given: {resource: a, args: {}}, expect: {outcome: deny}", "args belong to a tool or a prompt"),
        ("given: {tool: a, params: {}}, expect: {outcome: deny}", "params belong to a method"),
        ("given: {method: notifications/progress, response: {}}, expect: {outcome: deny}", "a notification has no"),
        ("given: {tool: a, at: '2026-01-01T00:00:00'}, expect: {outcome: deny}", "a time is a text with its offset"),
        ("given: {tool: a, at: noon}, expect: {outcome: deny}", "a time is a text with its offset"),
        ("given: {tool: a, findings: [CARD]}, expect: {outcome: deny}", "no detector finds CARD"),
        ("given: {tool: a, evidence: [name_verb]}, expect: {outcome: deny}", "evidence belongs to an intent"),
        (
            "given: {message: {jsonrpc: '1.0'}}, expect: {outcome: deny}",
            "this message would be refused before any rule",
        ),
        ("given: {tool: a}, expect: {outcome: maybe}", "must be one of allow, mutate, hold, deny"),
        ("given: {tool: a}, expect: {}", "this setting is missing"),
        (
            "given: {tool: a}, expect: {outcome: deny, edits: [{pointer: /x}]}",
            "an expected edit has a value, or removed",
        ),
    ],
)
def test_a_case_that_says_nothing_clear_is_a_fault(case: str, told: str) -> None:
    assert [one[: len(told)] for one in failing(case)] == [told]
