"""`extproc scan --server` and `--stdio`: what is refused before a look, what is compared, and exit codes."""

import asyncio
import json
import shlex
import sys
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from extproc.cli.main import app
from extproc.cli.scan_server import Form, Wanted, run
from extproc.config.lock_file import lock_text
from extproc.model.message import JsonObject
from extproc.pins.lock import lock_of
from extproc.pins.pin import Pin, PinMode
from extproc.pins.registering import entry_of
from extproc.pins.states import listed
from extproc.stores.state import State, open_state
from tests.fixtures.vetted_server import server

_CLEAN = shlex.join([sys.executable, "-m", "tests.fixtures.vetted_server", "clean"])
_DETECTORS = """
category: custom
detectors:
  - id: city-word
    entity: city_word
    pattern: 'weather of a city'
    score: 0.9
    source: 'https://example.com/words'
    tests: {found: ['the weather of a city'], clean: ['the weather of a lake']}
"""
_EVIDENCE = """
use: [descriptions]
families:
  - family: city_talk
    weight: {descriptions: 6.0}
    why: "Cities are not to be spoken of."
    patterns:
      - {id: of-a-city, pattern: 'weather of a city', found: ['the weather of a city'], clean: ['a city']}
"""
_FORM = Form(as_json=True, colour=False)


@pytest.fixture(autouse=True)
def _at_root(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(Path(__file__).parents[2])


def listed_tools() -> list[JsonObject]:
    """Return the definitions of the clean server as it sends them."""
    tools = asyncio.run(server("clean", None).list_tools())
    return [tool.model_dump(by_alias=True, mode="json", exclude_none=True) for tool in tools]


def pins(**changes: str) -> list[Pin]:
    found = []
    for tool in listed_tools():
        definition: JsonObject = {**tool, **changes}
        name = str(tool["name"])
        pin, _ = listed(PinMode.TRUST_ON_FIRST_USE, None, definition, server="weather", name=name, now=1.0)
        found.append(pin)
    return found


def stored(path: Path, fill: Callable[[State], Awaitable[None]]) -> str:
    async def filled() -> None:
        async with open_state(f"sqlite://{path}") as state:
            await fill(state)

    asyncio.run(filled())
    return f"sqlite://{path}"


def weather(path: Path, **changes: str) -> str:
    """Return a store that knows the server as weather."""
    approved, entry = pins(**changes), entry_of("weather", listed_tools(), now=1.0)

    async def fill(state: State) -> None:
        for pin in approved:
            assert await state.pins.put(pin, known=None)
        await state.registry.put(entry)

    return stored(path, fill)


def report(capsys: pytest.CaptureFixture[str]) -> Any:
    return json.loads(capsys.readouterr().out)


def told(wanted: Wanted, capsys: pytest.CaptureFixture[str]) -> str:
    assert run(wanted, _FORM) == 2
    out, err = capsys.readouterr()
    assert out == ""
    return err.strip()


@pytest.mark.parametrize(
    ("wanted", "reason"),
    [
        (Wanted(server="ftp://127.0.0.1/"), "--server: give a URL that begins with http:// or https://"),
        (Wanted(stdio="'open"), "--stdio: a quotation mark is open"),
        (Wanted(stdio=" "), "--stdio: name a command"),
        (Wanted(server="http://127.0.0.1:9/", headers=["hush"]), "--header: write it as NAME:VALUE"),
        (Wanted(server="http://127.0.0.1:9/", headers=["a b: hush"]), "--header: write it as NAME:VALUE, or"),
        (Wanted(server="http://127.0.0.1:9/", headers=["a: hu\nsh"]), "--header: a value has characters"),
        (Wanted(server="http://127.0.0.1:9/", headers_env=["a=NO_SUCH"]), "there is no variable NO_SUCH"),
        (Wanted(server="http://127.0.0.1:9/mcp?k=hush"), "http://127.0.0.1:9/mcp: it cannot be reached"),
        (Wanted(stdio="/no/such/server --token hush"), "stdio:server: it cannot be started"),
        (Wanted(stdio=_CLEAN, state="memory:"), "no state store can be opened"),
        (Wanted(stdio=_CLEAN, state="file:///x"), "--state: "),
        (Wanted(stdio=_CLEAN, lockfile=Path("/no/such.lock")), "/no/such.lock"),
    ],
)
def test_what_cannot_be_done_is_told_without_secrets(
    wanted: Wanted, reason: str, capsys: pytest.CaptureFixture[str]
) -> None:
    err = told(wanted, capsys)
    assert reason in err
    assert "hush" not in err


@pytest.mark.parametrize(
    "options",
    [
        [],
        ["notes.txt", "--server", "http://127.0.0.1:9/"],
        ["--stdio", "a", "--server", "http://127.0.0.1:9/"],
        ["notes.txt", "--header", "a: b"],
        ["--stdio", "a", "--ner"],
    ],
)
def test_options_that_do_not_go_together_are_refused(options: list[str]) -> None:
    assert CliRunner().invoke(app, ["scan", *options]).exit_code == 2


def test_the_command_line_is_handed_over(tmp_path: Path) -> None:
    sarif = tmp_path / "report.sarif"
    done = CliRunner().invoke(app, ["scan", "--stdio", _CLEAN, "--sarif", str(sarif), "--timeout", "60"])
    assert (done.exit_code, done.stdout.splitlines()[-1]) == (0, "nothing found")
    assert json.loads(sarif.read_text())["version"] == "2.1.0"


def test_a_report_that_cannot_be_written_is_told(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(Wanted(stdio=_CLEAN), Form(sarif=Path("/no/such/report.sarif"))) == 2
    assert capsys.readouterr().err == "/no/such/report.sarif: No such file or directory\n"


def test_headers_come_from_the_environment_as_well(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("MCP_TOKEN", "Bearer hush-0123456789")
    wanted = Wanted(server="http://127.0.0.1:9/mcp", headers_env=["authorization=MCP_TOKEN"])
    assert told(wanted, capsys).startswith("http://127.0.0.1:9/mcp: it cannot be reached")


def test_a_state_file_that_is_not_there_is_not_made(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "state.db"
    assert told(Wanted(stdio=_CLEAN, state=f"sqlite://{path}"), capsys) == f"{path}: there is no state store"
    assert not path.exists()


def test_without_the_sdk_it_is_said_how_to_get_it(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setitem(sys.modules, "mcp", None)
    assert "pip install 'mcp-extproc[scan]'" in told(Wanted(stdio=_CLEAN), capsys)


def test_a_server_that_is_as_it_was_approved_is_clean(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    state = weather(tmp_path / "state.db")
    assert run(Wanted(stdio=_CLEAN, state=state, against="weather"), _FORM) == 0
    assert [(tool["name"], tool["pin"]) for tool in report(capsys)["tools"]] == [("get_weather", "approved")]


def test_a_server_that_changed_is_found_and_the_store_is_left_as_it_was(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    state = weather(tmp_path / "state.db", description="Return the weather.")
    assert run(Wanted(stdio=_CLEAN, state=state, against="weather"), _FORM) == 1
    assert [one["rule"] for one in report(capsys)["findings"]] == ["drift/changed_definition"]
    assert run(Wanted(stdio=_CLEAN, state=state, against="weather"), _FORM) == 1


def test_a_new_server_with_tools_of_a_known_one_shadows_it(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(Wanted(stdio=_CLEAN, state=weather(tmp_path / "state.db")), _FORM) == 1
    found = report(capsys)
    assert {one["rule"] for one in found["findings"]} == {"shadowing/same_name"}
    assert found["tools"][0]["pin"] is None


def test_a_name_that_nothing_is_known_of_is_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    wanted = Wanted(stdio=_CLEAN, state=weather(tmp_path / "state.db"), against="whether")
    assert told(wanted, capsys) == "--against: nothing is known of whether"


def test_a_lockfile_of_one_server_needs_no_name(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    lock = tmp_path / "mcp-tools.lock"
    lock.write_text(lock_text(lock_of(pins())))
    assert run(Wanted(stdio=_CLEAN, lockfile=lock), _FORM) == 1
    found = report(capsys)
    assert found["tools"][0]["pin"] == "approved"
    # Instructions are pinned as well, and this lockfile has none.
    assert [(one["kind"], one["rule"]) for one in found["findings"]] == [("server", "drift/missing_from_lock")]


@pytest.fixture
def config(tmp_path: Path) -> Path:
    """Write a configuration with state, detectors and evidence of its own."""
    (tmp_path / "words.yaml").write_text(_DETECTORS)
    (tmp_path / "evidence.yaml").write_text(_EVIDENCE)
    path = tmp_path / "config.yaml"
    state = f"threats: {{evidence: [evidence.yaml]}}\nstate: {{url: 'sqlite://{tmp_path}/state.db'}}\n"
    path.write_text(f"policy: policy.yaml\ndetection: {{detectors: [words.yaml]}}\n{state}")
    return path


def test_a_configuration_judges_with_what_it_adds(config: Path, capsys: pytest.CaptureFixture[str]) -> None:
    weather(config.parent / "state.db")
    assert run(Wanted(stdio=_CLEAN, config=config, against="weather"), _FORM) == 1
    found = report(capsys)
    assert found["tools"][0]["pin"] == "approved"
    assert {one["rule"] for one in found["findings"]} == {"custom/city_word", "poisoning/city_talk"}
    assert found["families"]["city_talk"] == "Cities are not to be spoken of."


def test_a_configuration_without_a_state_file_judges_all_the_same_and_says_so(
    config: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(Wanted(stdio=_CLEAN, config=config), _FORM) == 1
    out, err = capsys.readouterr()
    assert err == f"{config.parent}/state.db: there is no state store, so nothing is compared with it\n"
    assert json.loads(out)["tools"][0]["pin"] is None
    assert not (config.parent / "state.db").exists()
