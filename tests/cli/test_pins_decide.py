"""`extproc pins approve`, `reject`, `forget` and `import`."""

from typing import Any

import pytest

from extproc.cli.pins_decide import Decider, approving, forgetting, importing, rejecting
from extproc.cli.pins_look import listing
from extproc.pins.canonical import version_of
from extproc.pins.lock import Lock, locked_of
from extproc.pins.pin import Pin, PinStatus
from extproc.ports.pins import PinStore
from tests.cli.pinning import MAILING, NEW, NOTE, ORDER, on_pins

Printed = pytest.CaptureFixture[str]
ADA = Decider(by="ada", now=5000.0, reason="read")


class Overtaken:
    """The pins of a store in which somebody rejects each tool right after it was looked at."""

    def __init__(self, store: PinStore) -> None:
        self.of_server, self.all, self.put, self.remove = store.of_server, store.all, store.put, store.remove
        self._of = store.of

    async def of(self, server: str, name: str) -> Pin | None:
        pin = await self._of(server, name)
        assert pin is not None
        assert await self.put(ADA.rejected(pin), known=pin)
        return pin


def locked(*definitions: dict[str, Any]) -> Lock:
    return {"shop": {one["name"]: locked_of(version_of(one)) for one in definitions}}


async def listed(store: PinStore) -> int:
    return await listing(store, server=None, as_json=False)


def test_an_approved_tool_is_told_with_its_risk_and_kept(capsys: Printed) -> None:
    async def kept(store: PinStore) -> int:
        pin = await store.of("shop", "add_note")
        assert pin is not None
        assert (pin.status, pin.decided_by, pin.decided_at, pin.reason) == (PinStatus.APPROVED, "ada", 5000.0, "read")
        return 0

    assert on_pins(lambda store: approving(store, "shop", "add_note", ADA), kept) == [0, 0]
    assert capsys.readouterr().out == "shop add_note: approved (capability risk +0.46)\n"


def test_everything_of_a_server_can_be_approved_at_once(capsys: Printed) -> None:
    again = [lambda store: approving(store, "shop", None, ADA)] * 2
    assert on_pins(*again, listed) == [0, 0, 0]
    lines = capsys.readouterr().out.splitlines()
    assert lines[1:3] == ["shop find: approved", "nothing is pending"]


@pytest.mark.parametrize(
    ("digest", "code"), [(version_of(MAILING).digest[:12].upper(), 0), (version_of(NOTE).digest, 1)]
)
def test_only_the_definition_that_was_read_is_approved(digest: str, code: int, capsys: Printed) -> None:
    assert on_pins(lambda store: approving(store, "shop", "add_note", ADA, digest=digest)) == [code]
    assert ("another definition is listed now" in capsys.readouterr().err) == bool(code)


def test_what_somebody_else_decided_at_the_same_moment_stays(capsys: Printed) -> None:
    async def rejected(store: PinStore) -> int:
        pin = await store.of("shop", "add_note")
        assert pin is not None
        return int(pin.status is not PinStatus.REJECTED)

    assert on_pins(lambda store: approving(Overtaken(store), "shop", "add_note", ADA), rejected) == [1, 0]
    assert "look again" in capsys.readouterr().err


def test_a_rejected_tool_is_kept_as_such_and_not_approved_with_all_others(capsys: Printed) -> None:
    codes = on_pins(
        lambda store: rejecting(store, "shop", "add_note", ADA),
        lambda store: approving(store, "shop", None, ADA),
        listed,
    )
    assert codes == [0, 0, 1]
    text = capsys.readouterr().out
    assert text.startswith("shop add_note: rejected")
    assert "drifted, rejected" in text


def test_everything_that_is_pending_can_be_rejected() -> None:
    async def statuses(store: PinStore) -> int:
        pins = await store.all()
        assert [pin.status for pin in pins] == [PinStatus.REJECTED, PinStatus.REJECTED, PinStatus.APPROVED]
        return 0

    assert on_pins(lambda store: rejecting(store, "shop", None, ADA), statuses) == [0, 0]


def test_a_tool_and_a_server_can_be_forgotten(capsys: Printed) -> None:
    codes = on_pins(
        lambda store: forgetting(store, "shop", "find"),
        lambda store: forgetting(store, "shop", None),
        listed,
    )
    assert codes == [0, 0, 0]
    assert capsys.readouterr().out.splitlines()[-1] == "nothing is pinned"


def test_a_lockfile_approves_what_is_listed_as_it_says(capsys: Printed) -> None:
    codes = on_pins(lambda store: importing(store, locked(MAILING, NEW, ORDER), ADA), listed)
    assert codes == [0, 0]
    assert "shop find: approved by the lockfile" in capsys.readouterr().out


def test_a_lockfile_that_does_not_fit_what_is_listed_fails(capsys: Printed) -> None:
    lock = locked(NOTE, {"name": "gone"})
    assert on_pins(lambda store: importing(store, lock, ADA), listed) == [1, 1]
    told = capsys.readouterr().err.splitlines()
    assert told == ["shop add_note: another definition is listed now", "shop gone: not listed so far"]


def test_a_tool_without_a_pin_is_told(capsys: Printed) -> None:
    codes = on_pins(
        lambda store: approving(store, "shop", "none", ADA),
        lambda store: rejecting(store, "shop", "none", ADA),
        lambda store: forgetting(store, "shop", "none"),
    )
    assert codes == [2, 2, 2]
    assert capsys.readouterr().err.count("has no pin") == 3
