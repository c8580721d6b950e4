"""Expressions: what is refused when a policy is loaded, what numbers and texts are equal, and how all faults close."""

import pytest

from extproc.model.decision import Effect
from extproc.model.message import JsonValue
from extproc.model.standing import Flag, Standing
from extproc.policy.deciding import decide
from extproc.policy.expression import ExpressionError, When, _engine, compile_expression
from extproc.policy.facts import History, Topic
from extproc.policy.question import Kind, Truth
from tests.policy.making import ALICE, EVERYTHING, layer, policy, question, rule

TRUE, FALSE, MISSING, OPEN = Truth.TRUE, Truth.FALSE, Truth.MISSING, Truth.OPEN


def truth(source: str, args: dict[str, JsonValue] | None = None) -> Truth:
    return compile_expression(source).test(question("t", args if args is not None else {}, who=ALICE))


@pytest.mark.parametrize(
    ("source", "line", "column", "words"),
    [
        ("1 +", 1, 4, "Syntax error"),
        ("true &&\n  nope == 1", 2, 3, "undeclared reference to 'nope'"),
        ("'é' == 'é' && nope", 1, 15, "undeclared reference to 'nope'"),
        ("tool.nmae == 'x'", 1, 5, "cannot be the operand of a select"),
        ("principal.nmae == 'x'", 1, 10, "undeclared reference to 'principal.nmae'"),
        ("score > 'x'", 1, 7, "no matching overload for '_>_'"),
        ("args.a", 1, 1, "must give true or false, not a value of unknown type"),
        ("session.calls", 1, 1, "must give true or false, not int"),
        ("double(args.a) > 1.0", 1, 7, "write number(...)"),
        ("string(args.a) == '1'", 1, 7, "write text(...)"),
        ("number(args.a) * 2 > 1", 1, 16, "write 1.0 for 1"),
        ("namespace == 'prod'", 1, 1, "write sidecar.namespace"),
        ("args.a == args.b", 1, 8, "types on both sides of =="),
        ("true && args.a < args.b", 1, 16, "types on both sides of <"),
        ("'x' in args.list", 1, 5, "LIST.exists("),
        ("args.a in [1, 'x']", 1, 8, "a list of texts, numbers or booleans"),
        ("args.a == ['x']", 1, 8, "no matching overload"),
        ("args.at < now", 1, 9, "write timestamp(...)"),
        ("method == 'server/discover'", 1, 11, "write initialize"),
        ("tool.matches(args.pattern)", 1, 13, "written out"),
        ("tool.matches('(')", 1, 14, "not a regular expression"),
        ("args.l.all(x, args.l.all(y, lower(x) == lower(y)))", 1, 35, "a loop within a loop"),
        ("in_cidr(args.ip, '10.0.0.1/8')", 1, 18, "not a network"),
        ("(" * 200 + "true" + ")" * 200, 1, 1, "nested too deeply"),
        ("args" + ".a" * 1_000 + " == 1", 1, 1, "nested too deeply"),
        ("1" + " + 1" * 1_000 + " > 0", 1, 1, "nested too deeply"),
        ("'" + "x" * 5_000 + "' == tool", 1, 1, "longer than 4,096"),
        ("tool == '\x00", 1, 9, "Syntax error"),
    ],
)
def test_a_bad_expression_is_refused_with_its_place(source: str, line: int, column: int, words: str) -> None:
    with pytest.raises(ExpressionError) as caught:
        compile_expression(source)
    assert (caught.value.line, caught.value.column) == (line, column)
    assert words in caught.value.message
    assert "\n" not in caught.value.message


@pytest.mark.parametrize("size", [1_000, 20_000, 200_000])
@pytest.mark.parametrize("form", ["({})", "[{}]", "!{}", "-{}", "{} && true", "{} ? true : true", "{}.a"])
def test_no_expression_ends_the_process(form: str, size: int) -> None:
    before, after = form.split("{}")
    with pytest.raises(ExpressionError):
        compile_expression(before * size + "tool" + after * size)


_AMOUNTS: dict[str, tuple[JsonValue, ...]] = {
    "501": (501, "501", "501.0", 501.0, "5.01e2"),
    "500": (500, "500", "500.0", 500.0, "5e2"),
    "cannot": (
        " 500 ",
        "0x1f4",
        "\uff15\uff10\uff10",
        "500,00",
        "1_000",
        "",
        "Infinity",
        "NaN",
        "+500",
        ".5",
        "5.",
        "05",
    ),
    "nor": (True, None, [500], {"a": 500}, 2**53 + 1, 2**70, -(2**63) - 1, "9" * 16, "1e999", "1e-999"),
}


@pytest.mark.parametrize(
    ("source", "over", "at"),
    [
        ("number(args.a) > 500", TRUE, FALSE),
        ("number(args.a) >= 501.0", TRUE, FALSE),
        ("number(args.a) == 501", TRUE, FALSE),
        ("number(args.a) != 501", FALSE, TRUE),
        ("number(args.a) in [501, 502]", TRUE, FALSE),
        ("500 < number(args.a)", TRUE, FALSE),
    ],
)
def test_a_number_compares_as_a_number_however_it_is_written(source: str, over: Truth, at: Truth) -> None:
    assert {truth(source, {"a": amount}) for amount in _AMOUNTS["501"]} == {over}
    assert {truth(source, {"a": amount}) for amount in _AMOUNTS["500"]} == {at}
    unclear = (*_AMOUNTS["cannot"], *_AMOUNTS["nor"])
    assert {truth(source, {"a": amount}) for amount in unclear} == {MISSING}


@pytest.mark.parametrize(
    "source", ["args.a > 500", "args.a == 501", "args.a != 501", "args.a in [501]", "501 == args.a"]
)
def test_without_number_a_text_is_never_compared_with_a_number(source: str) -> None:
    assert {truth(source, {"a": text}) for text in ("501", "500", "", "x")} == {MISSING}
    assert truth(source, {"a": 501}) is (FALSE if "!=" in source else TRUE)
    assert truth(source, {"a": 501.5}) is (TRUE if "!=" in source or ">" in source else FALSE)


@pytest.mark.parametrize(
    ("source", "value", "expected"),
    [
        ("args.a == 'usd'", "usd", TRUE),
        ("args.a == 'usd'", "USD", FALSE),
        ("lower(args.a) == 'usd'", "USD", TRUE),
        ("lower(args.a) == 'usd'", "\uff35\uff33\uff24", TRUE),
        ("args.a == 'usd'", 840, MISSING),
        ("args.a == 'usd'", ["usd"], MISSING),
        ("args.a == 'usd'", None, MISSING),
        ("args.a != 'usd'", None, MISSING),
        ("args.a in ['usd', 'eur']", "eur", TRUE),
        ("args.a in ['usd', 'eur']", ["eur"], MISSING),
        ("args.a in principal.groups", "finance", TRUE),
        ("args.a in principal.groups", 5, MISSING),
        ("args.a == true", True, TRUE),
        ("args.a == true", "true", MISSING),
        ("args.a == true", 1, MISSING),
        ("args.a == null", None, TRUE),
        ("args.a == null", "", FALSE),
        ("has(args.a)", None, TRUE),
        ("has(args.b)", None, FALSE),
        ("has(args.a.b)", "text", MISSING),
        ("text(args.a) == '840'", 840, TRUE),
        ("text(args.a) == '840'", "840", TRUE),
        ("text(args.a) == '840'", 840.0, MISSING),
        ("args.a.exists(x, x == 'b')", ["a", "b"], TRUE),
        ("args.a.exists(x, x == 'b')", ["a", 1], MISSING),
        ("args.a.all(x, number(x) < 5)", ["1", 2, 3.5], TRUE),
        ("args.a[0] == 'x'", ["x"], TRUE),
        ("args.a[1] == 'x'", ["x"], MISSING),
        ("args.a.b.c == 1", {"b": {"c": 1}}, TRUE),
        ("args.a.namespace == 'kube-system'", {"namespace": "kube-system"}, TRUE),
        ("args.a + args.a == 'xx'", "x", TRUE),
        ("args.a + args.a > 1", "1", MISSING),
        ("timestamp(args.a) < now", "2020-01-01T00:00:00Z", TRUE),
        ("timestamp(args.a) < now", "2020-01-01", MISSING),
        ("size(args.a) > 1", [1, 2], TRUE),
        ("size(args.a) > 1", 5, MISSING),
        ("args.a.matches('^a+$')", "aaa", TRUE),
        ("args.a.startsWith('/etc')", "/etc/x", TRUE),
        ("args.a ? true : false", "true", MISSING),
        ("1 / args.a == 1", 0, MISSING),
    ],
)
def test_a_value_of_another_type_is_never_silently_unequal(source: str, value: JsonValue, expected: Truth) -> None:
    assert truth(source, {"a": value}) is expected


@pytest.mark.parametrize(
    "source",
    [
        "prompt == 'x'",
        "resource == 'x'",
        "sidecar.namespace == 'x'",
        "intent == 'read'",
        "score < 1.0",
        "args.a == 1",
        "result.a == 1",
        "!(args.a == 1)",
        "args.a == 1 || args.b == 1",
    ],
)
def test_what_is_missing_is_no_empty_text(source: str) -> None:
    assert truth(source) is MISSING


def test_what_decides_without_the_missing_part_is_decided() -> None:
    assert truth("server == 'other' && args.a == 1") is FALSE
    assert truth("server == 'crm' || args.a == 1") is TRUE


def test_a_caller_without_a_claim_has_no_such_variable() -> None:
    for source in ("principal.team == 'x'", "'x' in principal.groups", "principal.agent != 'x'"):
        assert compile_expression(source).test(question("t")) is MISSING
    assert compile_expression("principal.subject == 'anonymous' && !principal.verified").test(question("t")) is TRUE


def test_every_variable_has_the_value_of_its_fact() -> None:
    asked = question(
        "get",
        {"a": 1},
        who=ALICE,
        intent="write",
        score=0.5,
        evidence=("e",),
        findings=("f",),
        namespace="prod",
        history=History(
            calls=1, refused=2, tools=frozenset({"t"}), labels=frozenset({"l"}), counts={"read": 3}, first_seen=0.0
        ),
        standing=Standing(flags=frozenset({Flag.DRIFTED}), drift=frozenset({"description"}), first_seen=60.0),
    )
    for source in (
        "kind == 'request' && direction == 'client_to_server' && server == 'crm' && tool == 'get'",
        "method == 'tools/call' && 'tools/call' in methods && params.name == 'get' && args.a == 1",
        "principal.subject == 'alice' && principal.source == 'jwt' && principal.issuer == 'https://issuer.example'",
        "'staff' in principal.groups && 'clerk' in principal.roles && 'refunds:write' in principal.scopes",
        "principal.agent == 'bot-1' && principal.organisation == 'example' && principal.team == 'payments'",
        "sidecar.namespace == 'prod' && intent == 'write' && score == 0.5 && 'e' in evidence && 'f' in findings",
        "session.calls == 1 && session.refused == 2 && 't' in session.tools && session.intents.size() == 0",
        "'l' in session.labels && session.counts.read == 3 && session.risk == 0.0 && session.first_seen < now",
        "tool == 'get' && 'drifted' in tool.flags && 'description' in tool.drift && !tool.pinned",
        "tool.first_seen == timestamp('1970-01-01T00:01:00Z')",
        "now == timestamp('2026-03-03T10:00:00Z') && now.getHours('Asia/Tokyo') == 19",
    ):
        assert compile_expression(source).test(asked) is TRUE, source


def test_the_first_expression_of_a_process_knows_times_and_words() -> None:
    """An engine that has compiled nothing itself takes neither; in order of the tests another would hide that."""
    _engine.cache_clear()
    assert truth("now > timestamp('2020-01-01T00:00:00Z')") is TRUE
    _engine.cache_clear()
    assert truth("kind == 'request' && direction == 'client_to_server'") is TRUE


def test_methods_of_both_eras_have_one_name() -> None:
    when = compile_expression("method == 'initialize'")
    assert when.test(question(method="server/discover")) is TRUE
    assert compile_expression("'server/discover' in methods").test(question(method="initialize")) is TRUE


@pytest.mark.parametrize(
    ("source", "uses", "constant"),
    [
        ("server == 'x'", set(), None),
        ("args.a == 1 && now > timestamp('2026-01-01T00:00:00Z')", {Topic.CONTENT, Topic.TIME}, None),
        ("principal.verified || score > 0.5", {Topic.PRINCIPAL, Topic.INTENT}, None),
        ("[1].all(args, args > 0) && 'f' in findings", {Topic.CONTENT, Topic.FINDINGS}, None),
        ("sidecar.namespace == 'x' && session.calls > 1", {Topic.NAMESPACE, Topic.SESSION}, None),
        ("true || tool == 'x'", set(), True),
        ("1 > 2", set(), False),
        ("tool == 'x' && 'a' == 'b'", set(), False),
    ],
)
def test_an_expression_knows_what_it_asks_for(source: str, uses: set[Topic], *, constant: bool | None) -> None:
    when = compile_expression(source)
    assert (set(when.uses), when.constant) == (uses, constant)


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("args.a == 1", OPEN),
        ("server == 'other' && args.a == 1", FALSE),
        ("server == 'crm' || args.a == 1", TRUE),
        ("!has(args.a)", OPEN),
        ("intent == 'read'", FALSE),
        ("intent != 'read'", TRUE),
        ("intent == 'write'", OPEN),
        ("intent == 'write' && score > 0.5", OPEN),
        ("'finance' in principal.groups", OPEN),
        ("prompt == 'x'", MISSING),
        ("prompt == 'x' || args.a == 1", OPEN),
    ],
)
def test_what_is_open_counts_only_when_it_cannot_change_the_answer(source: str, expected: Truth) -> None:
    asked = question("t", {"a": 1}, who=ALICE, intents=("write", "destructive"), unknown=EVERYTHING)
    assert compile_expression(source).test(asked) is expected


@pytest.mark.parametrize(
    "args",
    [
        {"rows": [0] * 1_001},
        {"rows": [[0] * 999] * 3},
        {"rows": {str(number): 0 for number in range(2_001)}},
        {"rows": [1], "text": "x" * (4 * 1024 * 1024 + 1)},
        {"rows": [1], "big": 2**64},
    ],
    ids=["a long list", "many values", "many members", "a long text", "a number beyond 64 bit"],
)
def test_content_out_of_bounds_is_missing(args: dict[str, JsonValue]) -> None:
    assert truth("size(args.rows) >= 0", args) is MISSING
    assert truth("size(args.rows) >= 0", {"rows": [0] * 1_000}) is TRUE


def test_an_expression_that_loops_is_given_less_text() -> None:
    args: dict[str, JsonValue] = {"path": "/etc/x", "content": "x" * 100_000}
    assert truth("args.path.startsWith('/etc')", args) is TRUE
    assert truth("['/etc'].exists(p, args.path.startsWith(p))", args) is MISSING


@pytest.mark.parametrize(
    "source",
    [
        "args.l.exists(x, lower(x) == 'b')",
        "args.l.filter(x, glob(x, 'B')).exists(y, y.matches('B'))",
        "args.l.exists(x, args.l.exists(y, x == 'B' && y == 'a'))",
        "args.l.exists(x, x == 'B') && args.l.exists(y, lower(y) == 'a')",
    ],
)
def test_loops_one_after_another_are_no_loops_within_loops(source: str) -> None:
    assert truth(source, {"l": ["a", "B"]}) is TRUE


def test_work_beyond_the_budget_is_missing() -> None:
    source = "args.a.all(x, args.a.all(y, args.a.all(z, x == 1 && y == 1 && z == 1)))"
    assert truth(source, {"a": [1] * 5}) is TRUE
    assert truth(source, {"a": [1] * 100}) is MISSING


@pytest.mark.parametrize("now", [float("nan"), float("inf"), -1e18, 1e18])
def test_a_time_that_no_calendar_has_is_missing(now: float) -> None:
    assert compile_expression("now > timestamp('2020-01-01T00:00:00Z')").test(question("t", now=now)) is MISSING


def test_a_result_is_there_for_responses_only() -> None:
    answer = question("t", kind=Kind.RESPONSE, content={"isError": True})
    assert compile_expression("result.isError == true").test(answer) is TRUE
    assert compile_expression("has(params.name)").test(answer) is MISSING
    assert compile_expression("has(args.a)").test(answer) is MISSING


def test_arguments_that_are_left_out_are_none() -> None:
    called = question("t", content={"name": "t"})
    assert compile_expression("!has(args.force)").test(called) is TRUE
    assert compile_expression("!has(args.force)").test(question(method="tools/list", content={})) is MISSING
    assert compile_expression("!has(args.force)").test(question("t", content={"arguments": "x"})) is MISSING


def test_expressions_of_one_question_share_their_values() -> None:
    asked = question("t", {"a": 1})
    sources = ("args.a == 1", "server == 'crm'", "[1].exists(x, args.a == x)")
    assert [compile_expression(source).test(asked) for source in sources] == [TRUE, TRUE, TRUE]
    assert len({id(made) for made in asked.memo.values()}) == 1


def test_two_expressions_of_the_same_text_are_equal() -> None:
    assert {compile_expression("true"), compile_expression("true")} == {compile_expression("true")}
    assert compile_expression("true") != "true"
    assert str(compile_expression("tool == 'x'")) == "when tool == 'x'"
    assert isinstance(compile_expression("true"), When)


@pytest.mark.parametrize("source", ["args.b == 1", "1 / 0 == 1", "args.a.b == 1", "number(args.a) > 1", "args.a == 1"])
def test_an_error_denies_and_never_allows(source: str) -> None:
    asked = question("t", {"a": "x"})
    for effect, default in ((Effect.ALLOW, Effect.DENY), (Effect.DENY, Effect.ALLOW)):
        assert decide(policy(layer(rule("it", effect, source), default=default)), asked).combined.effect is Effect.DENY
