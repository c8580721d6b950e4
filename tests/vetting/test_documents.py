"""The report as JSON: the members that programs rely on."""

from extproc.vetting.documents import document_of
from tests.vetting.offering import POISON, report, tool


def test_a_report_has_a_stable_form() -> None:
    document = document_of(report(tool("add", POISON)))
    assert sorted(document) == ["clean", "counts", "families", "findings", "levels", "server", "tools", "version"]
    assert document["counts"] == {"tools": 1, "prompts": 0, "resources": 0, "templates": 0}
    assert document["levels"] == {"errors": 1, "warnings": 0, "notes": 0}


def test_a_finding_and_a_tool_have_all_their_members() -> None:
    document = document_of(report(tool("add", POISON)))
    findings, tools = document["findings"], document["tools"]
    assert isinstance(findings, list)
    assert isinstance(tools, list)
    assert isinstance(findings[0], dict)
    assert isinstance(tools[0], dict)
    assert (findings[0]["name"], findings[0]["pointer"], findings[0]["level"]) == ("add", "/description", "error")
    assert sorted(tools[0]) == [
        *("claims", "evidence", "families", "floor", "intent", "name", "pin", "score", "worst"),
    ]
