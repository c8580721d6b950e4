"""`extproc pins`: one line of configuration for each tool, whatever the list came wrapped in."""

import io
import json
from typing import Any

import pytest
import yaml

from extproc.classify.profile import profile_of
from extproc.cli.pins import run

_TOOL: dict[str, Any] = {"name": "it's", "description": "Reads.", "inputSchema": {"type": "object"}}
_RESULT: dict[str, Any] = {"tools": [_TOOL, {"description": "nameless"}, 7]}


class Input:
    """Standard input with these bytes."""

    def __init__(self, data: bytes) -> None:
        self.buffer = io.BytesIO(data)


@pytest.mark.parametrize("document", [_RESULT, {"jsonrpc": "2.0", "id": 1, "result": _RESULT}, _RESULT["tools"]])
def test_each_tool_is_a_line_that_the_configuration_takes(
    document: object, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("sys.stdin", Input(json.dumps(document).encode()))
    assert run() == 0
    assert yaml.safe_load(capsys.readouterr().out) == {"it's": profile_of(_TOOL).digest}


@pytest.mark.parametrize("data", [b"", b"{", b"7", b'{"result": 7}'])
def test_what_is_no_list_of_tools_is_told(
    data: bytes, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("sys.stdin", Input(data))
    assert run() == 2
    assert "tools/list" in capsys.readouterr().err
