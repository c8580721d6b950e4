"""Keys that are renewed: the last good ones stay, and every fault is told once."""

import logging

import pytest

from extproc.identity.keys import parse_key_set
from extproc.stores.key_ring import KeyRing
from tests.identity.tokens import jwk, jwks

FIRST, SECOND = (parse_key_set(jwks(jwk(name))) for name in ("k1", "k2"))


def test_keys_are_those_that_were_read_last() -> None:
    ring = KeyRing("idp")
    assert (ring.ready, ring.find("k1", "RS256")) == (False, None)
    ring.renew(FIRST)
    assert ring.find("k1", "RS256") == FIRST.keys["k1"]
    ring.renew(SECOND)
    assert (ring.find("k1", "RS256"), ring.find("k2", "RS256")) == (None, SECOND.keys["k2"])


def test_a_fault_leaves_the_last_good_keys() -> None:
    ring = KeyRing("idp")
    ring.renew(FIRST)
    ring.failed("broken")
    assert (ring.ready, ring.fault, ring.find("k1", "RS256")) == (True, "broken", FIRST.keys["k1"])


def test_each_fault_is_logged_once_and_so_is_its_end(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO, "extproc")
    ring = KeyRing("idp")
    for fault in ("broken", "broken", "worse"):
        ring.failed(fault)
    for _ in range(2):
        ring.renew(FIRST)
    assert [record.getMessage() for record in caplog.records] == [
        "identity source idp: keys not read, its tokens are refused until it is mended: broken",
        "identity source idp: keys not read, its tokens are refused until it is mended: worse",
        "identity source idp: 1 keys are in use",
    ]


def test_every_change_is_told() -> None:
    told: list[bool] = []
    ring = KeyRing("idp", lambda: told.append(ring.ready))
    ring.failed("broken")
    ring.renew(FIRST)
    assert told == [False, True]
