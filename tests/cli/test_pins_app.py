"""`extproc pins` as it is typed: on a real file of state, and its exit codes."""

import asyncio
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from extproc.cli.main import app
from extproc.stores.state import open_state
from tests.cli.pinning import fill

_RUNNER = CliRunner()


@pytest.fixture
def state(tmp_path: Path) -> str:
    url = f"sqlite://{tmp_path / 'state.db'}"

    async def kept() -> None:
        async with open_state(url) as opened:
            await fill(opened.pins)

    asyncio.run(kept())
    return url


def pins(*arguments: str) -> Result:
    return _RUNNER.invoke(app, ["pins", *arguments])


def test_what_drifted_is_seen_approved_and_locked(state: str, tmp_path: Path) -> None:
    assert pins("list", "--state", state).exit_code == 1
    seen = pins("diff", "shop", "add_note", "--state", state)
    assert (seen.exit_code, "destination added" in seen.stdout) == (1, True)
    done = pins("approve", "shop", "--all", "--by", "ada", "--reason", "read", "--state", state)
    assert (done.exit_code, done.stdout.count("approved")) == (0, 2)
    assert pins("list", "--state", state).exit_code == 0
    lock = tmp_path / "mcp-tools.lock"
    lock.write_text(pins("export", "--state", state).stdout, encoding="utf-8")
    assert pins("diff-lock", str(lock), "--state", state).exit_code == 0
    assert pins("import", str(lock), "--state", state).exit_code == 0
    assert "ada" in pins("show", "shop", "find", "--state", state).stdout


def test_what_is_rejected_and_forgotten_is_kept_so(state: str) -> None:
    assert pins("reject", "shop", "find", "--state", state).exit_code == 0
    assert '"rejected"' in pins("list", "--json", "--server", "shop", "--state", state).stdout
    assert pins("forget", "shop", "--all", "--state", state).exit_code == 0
    assert pins("list", "--state", state).stdout == "nothing is pinned\n"


@pytest.mark.parametrize("command", ["approve", "reject", "forget"])
@pytest.mark.parametrize("arguments", [("shop",), ("shop", "find", "--all")])
def test_a_decision_is_about_one_tool_or_about_all(command: str, arguments: tuple[str, ...]) -> None:
    told = pins(command, *arguments, "--state", "sqlite:///nowhere")
    assert (told.exit_code, "name a tool, or give --all" in told.output) == (2, True)


def test_each_command_explains_itself() -> None:
    for command in ("list", "show", "diff", "approve", "reject", "forget", "export", "import", "diff-lock"):
        shown = pins(command, "--help")
        assert (shown.exit_code, "Usage:" in shown.output) == (0, True)


def test_without_a_command_digests_are_printed() -> None:
    told = _RUNNER.invoke(app, ["pins"], input='{"tools": [{"name": "find"}]}')
    assert (told.exit_code, told.stdout[:8]) == (0, "'find': ")
