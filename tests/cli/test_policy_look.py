"""`extproc policy explain` and `extproc policy diff`: what they print and return."""

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from extproc.cli.main import app
from tests.policies import HEAD

_RUNNER = CliRunner()
_CALL = {"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": {"name": "get_x"}}


def written(path: Path, *rules: str) -> str:
    path.write_text(f"{HEAD}spec:\n  default: deny\n  rules:\n" + "".join(f"    - {{{rule}}}\n" for rule in rules))
    return str(path)


_ALL = "id: all, effect: allow"
_STAFF = "id: staff, effect: allow, match: {groups: [staff], servers: [shop], namespaces: [pay]}"
_HOURS = 'id: hours, effect: deny, within: {tz: UTC, hours: "00:00-06:00"}'


def test_a_bare_message_is_explained_as_a_clients(tmp_path: Path) -> None:
    policy = written(tmp_path / "p.yaml", _ALL)
    shown = _RUNNER.invoke(app, ["policy", "explain", policy], input=json.dumps(_CALL, indent=2))
    assert shown.exit_code == 0
    assert "this is a request of tools/call, tool get_x, server default, client_to_server" in shown.stdout
    assert shown.stdout.rstrip().endswith("outcome: allow by all")


def test_options_say_who_where_and_when(tmp_path: Path) -> None:
    policy = written(tmp_path / "p.yaml", _STAFF, _HOURS)
    options = ["--principal", '{"groups": ["staff"]}', "--server", "shop", "--namespace", "pay"]
    for time, outcome in (("10", "allow by staff"), ("05", "deny by hours")):
        at = ["--at", f"2026-03-03T{time}:00:00+00:00"]
        shown = _RUNNER.invoke(app, ["policy", "explain", policy, *options, *at], input=json.dumps(_CALL))
        assert f"outcome: {outcome}" in shown.stdout


def test_the_last_of_several_lines_is_explained_with_what_the_others_did(tmp_path: Path) -> None:
    policy = written(tmp_path / "p.yaml", _ALL, "id: many, effect: hold, match: {session: {calls_over: 1}}")
    line = json.dumps({"direction": "client_to_server", "session": "s", "message": _CALL})
    shown = _RUNNER.invoke(app, ["policy", "explain", policy], input=f"{line}\n{line}\n{line}\n")
    assert "session before: calls 2, refused 0, tools get_x" in shown.stdout
    assert "outcome: hold by many" in shown.stdout


def test_what_no_rule_is_asked_about_is_told(tmp_path: Path) -> None:
    policy = written(tmp_path / "p.yaml", _ALL)
    shown = _RUNNER.invoke(app, ["policy", "explain", policy], input='{"jsonrpc": "1.0"}')
    assert shown.stdout.startswith("outcome: deny, before any rule is asked: ")


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("", "no message on standard input"),
        ("nonsense", "line 1 is no JSON object"),
        ('{"direction": "up", "message": {}}', "line 1: member 'direction' must be"),
    ],
)
def test_what_cannot_be_read_is_told(tmp_path: Path, text: str, told: str) -> None:
    shown = _RUNNER.invoke(app, ["policy", "explain", written(tmp_path / "p.yaml", _ALL)], input=text)
    assert (shown.exit_code, shown.stdout, told in shown.stderr) == (1, "", True)


@pytest.mark.parametrize("principal", ["{", '{"group": []}'])
def test_a_principal_that_cannot_be_read_is_told(tmp_path: Path, principal: str) -> None:
    policy = written(tmp_path / "p.yaml", _ALL)
    shown = _RUNNER.invoke(app, ["policy", "explain", policy, "--principal", principal], input=json.dumps(_CALL))
    assert (shown.exit_code, "principal" in shown.stderr) == (1, True)


def diff(
    tmp_path: Path, old: list[str], new: list[str], *options: str, text: str | None = None
) -> tuple[int, str, str]:
    messages = tmp_path / "messages.jsonl"
    messages.write_text(
        text if text is not None else json.dumps({"id": "m", "direction": "client_to_server", "message": _CALL})
    )
    one, other = written(tmp_path / "old.yaml", *old), written(tmp_path / "new.yaml", *new)
    shown = _RUNNER.invoke(app, ["policy", "diff", one, other, "--messages", str(messages), *options])
    return shown.exit_code, shown.stdout, shown.stderr


_NO = "id: no, effect: deny, match: {tools: [get_x]}"


def test_what_loosens_ends_with_1_unless_it_is_accepted(tmp_path: Path) -> None:
    code, shown, _ = diff(tmp_path, [_ALL, _NO], [_ALL])
    assert (code, shown.splitlines()) == (
        1,
        [
            "1 x LOOSER  deny by no  ->  allow by all",
            "      looser",
            "      line 1 (m)",
            "1 of 1 messages are decided otherwise",
        ],
    )
    assert diff(tmp_path, [_ALL, _NO], [_ALL], "--allow-looser")[0] == 0


def test_what_tightens_or_stays_ends_with_0(tmp_path: Path) -> None:
    assert diff(tmp_path, [_ALL], [_ALL, _NO])[:2] == (
        0,
        "1 x allow by all  ->  deny by no\n      stricter\n      line 1 (m)\n1 of 1 messages are decided otherwise\n",
    )
    assert diff(tmp_path, [_ALL], [_ALL])[:2] == (0, "0 of 1 messages are decided otherwise\n")


def test_a_difference_is_told_as_json(tmp_path: Path) -> None:
    code, shown, _ = diff(tmp_path, [_ALL, _NO], [_ALL], "--json")
    document = json.loads(shown)
    assert (code, document["looser"], document["messages"]) == (1, True, 1)
    assert document["groups"][0]["old"] == {"outcome": "deny", "determining": ["no"]}
    assert document["groups"][0]["examples"] == [{"line": 1, "id": "m"}]


def test_what_is_no_message_or_no_policy_ends_with_2(tmp_path: Path) -> None:
    code, _, told = diff(tmp_path, [_ALL], [_ALL], text="nonsense\n{}\n")
    assert (code, "2 lines are no messages, the first in" in told) == (2, True)
    code, shown, told = diff(tmp_path, ["id: A, effect: deny"], [_ALL])
    assert (code, shown, "spec.rules.0.id" in told) == (2, "", True)
    missing = _RUNNER.invoke(
        app,
        ["policy", "diff", written(tmp_path / "p.yaml", _ALL), str(tmp_path / "p.yaml"), "-m", str(tmp_path / "none")],
    )
    assert (missing.exit_code, "cannot be read" in missing.stderr) == (2, True)
