"""The report as text: all of it is seen, and colours are only there when they are wanted."""

from extproc.model.message import JsonObject
from extproc.vetting.telling import lines_of
from tests.vetting.offering import POISON, TAGGED, report, tool


def test_a_table_a_remark_and_a_summary_are_told() -> None:
    lines = list(lines_of(report(tool("add", POISON))))
    assert lines[0] == "http://127.0.0.1/mcp: vetted 1.0, MCP 2026-07-28: 1 tool"
    assert lines[2].split() == ["TOOL", "CLASS", "BECAUSE", "OF", "CLAIMS", "PIN", "SCORE", "SIGNS"]
    assert any(line.startswith("error    tool add /description: speaks to the model (0.") for line in lines)
    assert lines[-1].startswith("found: 1 error")


def test_a_clean_server_is_told_in_few_lines() -> None:
    assert list(lines_of(report(tool("get_weather"))))[-1] == "nothing found"


def test_nothing_of_a_server_commands_the_terminal() -> None:
    name = "a\x1b[2J\u202e"
    found = report(tool(name, TAGGED), introduction={"serverInfo": {"name": name, "version": "\x07"}})
    assert all(line.isprintable() for line in lines_of(found))


def test_parameters_that_are_not_explained_stand_in_one_paragraph() -> None:
    schema: JsonObject = {"type": "object", "properties": {"note": {"type": "string"}, "memo": {"type": "string"}}}
    tools = [tool(name, inputSchema=schema) for name in ("a", "b")]
    lines = list(lines_of(report(*tools)))
    assert lines[-4:-2] == [
        "note     2 tools with text that is not explained:",
        "         a: note, memo; b: note, memo",
    ]
    assert lines[-1] == "nothing found (2 notes)"


def test_colours_are_those_of_levels() -> None:
    found = report(tool("add", POISON))
    assert any(line.startswith("\x1b[31merror  \x1b[0m") for line in lines_of(found, coloured=True))
