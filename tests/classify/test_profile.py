"""What is kept of a tool's definition: its digest, its floor, and what annotations may change."""

import sys
from dataclasses import astuple

import pytest

from extproc.classify.intent import classify
from extproc.classify.profile import ToolProfile, profile_of, unknown_profile
from extproc.model.intent import Intent
from extproc.model.message import JsonObject, JsonValue, Request


def call(tool: str, arguments: JsonObject, profile: ToolProfile) -> Intent:
    request = Request(id=1, method="tools/call", params={"name": tool, "arguments": arguments}, document={})
    return classify(request, profile).intent


def hinted(name: str, *, trusted: bool = False, **hints: bool) -> ToolProfile:
    return profile_of({"name": name, "annotations": {**hints}}, trusted=trusted)


@pytest.mark.parametrize(
    "member", ["title", "description", "inputSchema", "outputSchema", "annotations", "_meta", "icons"]
)
def test_the_digest_covers_everything_a_model_sees(member: str) -> None:
    tool: JsonObject = {"name": "t", member: {"a": 1}}
    assert profile_of(tool).digest != profile_of({"name": "t"}).digest
    assert profile_of(tool).digest != profile_of({"name": "t", member: {"a": 2}}).digest


def test_the_digest_does_not_depend_on_the_order_of_members() -> None:
    assert profile_of({"name": "t", "title": "a"}).digest == profile_of({"title": "a", "name": "t"}).digest


def test_annotations_raise_always() -> None:
    assert hinted("get_x", destructiveHint=True).floor is Intent.DESTRUCTIVE
    assert hinted("get_x", readOnlyHint=False).floor is Intent.WRITE


def test_annotations_lower_only_for_a_trusted_definition() -> None:
    assert hinted("delete_x", readOnlyHint=True).floor is Intent.DESTRUCTIVE
    assert hinted("delete_x", readOnlyHint=True, trusted=True).floor is Intent.READ
    assert hinted("delete_x", destructiveHint=False, trusted=True).floor is Intent.WRITE


def test_a_trusted_annotation_does_not_hide_what_an_argument_does() -> None:
    profile = hinted("query", readOnlyHint=True, trusted=True)
    assert call("query", {"sql": "DROP TABLE t"}, profile) is Intent.DESTRUCTIVE


def test_an_operation_named_by_an_argument_decides_within_what_the_schema_offers() -> None:
    schema: JsonObject = {"properties": {"method": {"enum": ["get", "create", "delete_file"]}}}
    profile = profile_of({"name": "files", "inputSchema": schema})
    assert profile.floor is Intent.READ
    assert call("files", {"method": "get"}, profile) is Intent.READ
    assert call("files", {"method": "delete_file"}, profile) is Intent.DESTRUCTIVE
    assert call("files", {}, profile) is Intent.DESTRUCTIVE


def test_a_tool_that_runs_anything_is_classed_by_what_it_is_given() -> None:
    profile = profile_of({"name": "execute_sql", "description": "Executes any SQL statement.", "inputSchema": {}})
    assert profile.floor is Intent.READ
    assert call("execute_sql", {"sql": "SELECT 1"}, profile) is Intent.READ
    assert call("execute_sql", {}, profile) is Intent.DESTRUCTIVE


def test_an_update_without_any_argument_is_bounded_by_nothing() -> None:
    profile = profile_of({"name": "update_rule", "description": "Updates a rule."})
    assert call("update_rule", {}, profile) is Intent.DESTRUCTIVE
    assert call("update_rule", {"id": 1}, profile) is Intent.WRITE


def test_where_the_schema_demands_arguments_a_call_without_any_reaches_nothing() -> None:
    tool: JsonObject = {"name": "update_rule", "inputSchema": {"properties": {"id": {}}, "required": ["id"]}}
    assert call("update_rule", {}, profile_of(tool)) is Intent.WRITE


@pytest.mark.parametrize(
    ("name", "description", "member", "intent"),
    [
        ("transfer_tokens", "Transfer tokens.", "amount", Intent.DESTRUCTIVE),
        ("transfer_call", "Transfer a call.", "number", Intent.WRITE),
        ("download_media", "Download media.", "output_path", Intent.WRITE),
        ("download_media", "Download media.", "media", Intent.READ),
        ("deploy_job", "Execute code or commands on a worker.", "command", Intent.DESTRUCTIVE),
        ("run_select_query", "Runs a query.", "sql", Intent.READ),
    ],
)
def test_a_schema_says_more_than_a_name(name: str, description: str, member: str, intent: Intent) -> None:
    tool: JsonObject = {"name": name, "description": description, "inputSchema": {"properties": {member: {}}}}
    assert call(name, {}, profile_of(tool)) is intent


def test_a_tool_that_manages_is_classed_by_the_operation_that_it_is_given() -> None:
    tool: JsonObject = {
        "name": "Playback",
        "description": "Manages playback: - get: Shows the track. - skip: Skips it.",
        "inputSchema": {"properties": {"action": {"type": "string"}}, "required": ["action"]},
    }
    assert call("Playback", {"action": "get"}, profile_of(tool)) is Intent.READ
    assert call("Playback", {"action": "skip"}, profile_of(tool)) is Intent.WRITE
    assert call("Playback", {}, profile_of(tool)) is Intent.WRITE


def test_no_call_is_below_the_floor() -> None:
    for name in ("delete_x", "create_x", "execute_sql", "get_secret", "manage_x"):
        profile = unknown_profile(name)
        for arguments in ({}, {"action": "list"}, {"sql": "SELECT 1"}, {"id": 1}):
            rank = list(Intent).index
            assert rank(call(name, {**arguments}, profile)) >= rank(profile.floor)


@pytest.mark.parametrize(
    "wrong", [None, 3, "x", [], [1], {"properties": 3}, {"properties": {"a": None}}, {"properties": []}]
)
def test_definitions_of_the_wrong_types_have_a_profile(wrong: JsonValue) -> None:
    tool: JsonObject = {"name": wrong, "description": wrong, "inputSchema": wrong, "annotations": wrong}
    assert profile_of(tool).floor in Intent


def test_a_profile_is_small_whatever_the_definition() -> None:
    properties: JsonObject = {f"p{number}": {"enum": ["delete"] * 50} for number in range(2000)}
    profile = profile_of(
        {"name": "n" * 9999, "description": "Deletes " * 9999, "inputSchema": {"properties": properties}}
    )
    assert sum(sys.getsizeof(each) for each in astuple(profile)) + sum(map(sys.getsizeof, profile.name.words)) < 2048
