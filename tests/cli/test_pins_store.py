"""The state store of `extproc pins`: by an address, by a configuration, and what is said when there is none."""

import asyncio
from pathlib import Path

import pytest

from extproc.cli.pins_look import listing
from extproc.cli.pins_store import decider, on_store, on_store_with_lock
from extproc.ports.pins import PinStore
from extproc.stores.state import open_state
from tests.cli.pinning import fill

Printed = pytest.CaptureFixture[str]


async def listed(store: PinStore) -> int:
    return await listing(store, server=None, as_json=False)


@pytest.mark.parametrize("state", [None, "memory:"])
def test_without_a_store_that_others_see_nothing_is_done(state: str | None, capsys: Printed) -> None:
    assert on_store(state, None, listed) == 2
    assert "no state store" in capsys.readouterr().err


def test_a_store_that_cannot_be_opened_is_told(tmp_path: Path, capsys: Printed) -> None:
    (tmp_path / "state.db").write_bytes(b"no database at all" * 100)
    assert on_store(f"sqlite://{tmp_path / 'state.db'}", None, listed) == 2
    assert on_store("odd:", None, listed) == 2
    assert len(capsys.readouterr().err.splitlines()) == 2


def test_the_store_of_a_configuration_is_taken(tmp_path: Path, capsys: Printed) -> None:
    url = f"sqlite://{tmp_path / 'state.db'}"

    async def kept() -> None:
        async with open_state(url) as opened:
            await fill(opened.pins)

    asyncio.run(kept())
    config = tmp_path / "config.yaml"
    config.write_text(f"policy: policy.yaml\nstate: {{url: '{url}'}}\n", encoding="utf-8")
    assert on_store(None, config, listed) == 1
    assert "add_note" in capsys.readouterr().out


def test_a_configuration_with_a_fault_is_told(tmp_path: Path, capsys: Printed) -> None:
    assert on_store(None, tmp_path / "none.yaml", listed) == 2
    assert "cannot be read" in capsys.readouterr().err


def test_a_lockfile_with_a_fault_is_told_before_anything_is_opened(tmp_path: Path, capsys: Printed) -> None:
    lock = tmp_path / "mcp-tools.lock"
    lock.write_text("version: 7\n", encoding="utf-8")
    assert on_store_with_lock(lock, "sqlite:///nowhere/at/all", None, lambda store, _: listed(store)) == 2
    assert "mcp-tools.lock:1:10: version" in capsys.readouterr().err


def test_who_decides_has_a_name_and_a_time() -> None:
    assert decider("ada", "read").by == "ada"
    assert decider(None, None).by
    assert decider(None, None).now > 1_700_000_000
