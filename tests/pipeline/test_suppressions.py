"""Findings that are left alone: only those that fit everything that is named, and only until the day."""

from dataclasses import replace
from typing import Any

import pytest

from extproc.mcp.pointer import parse_pattern
from extproc.model.finding import Category, Finding
from extproc.pipeline.context import Context
from extproc.pipeline.suppressions import Suppression, without_suppressed
from extproc.policy.globs import Globs
from tests.pipeline.forms import S2C

_FOUND = Finding(
    category=Category.PII,
    entity="email",
    detector="email",
    pointer=("result", "content", 0, "text"),
    start=0,
    end=9,
    score=0.9,
    fingerprint="0123456789abcdef",
)
_HERE = Context(direction=S2C, server="crm", now=100.0)
_KNOWN = Suppression(until=200.0, reason="the address of the help desk", entities=frozenset({"email"}))


@pytest.mark.parametrize(
    ("members", "left_alone"),
    [
        ({}, True),
        ({"entities": frozenset({"pii"})}, True),
        ({"entities": frozenset({"phone", "secret"})}, False),
        ({"until": 100.0}, False),
        ({"servers": Globs(["c*"]), "tools": Globs(["get"])}, True),
        ({"servers": Globs(["shop"])}, False),
        ({"tools": Globs(["put"])}, False),
        ({"pointer": parse_pattern("/result/**/text")}, True),
        ({"pointer": parse_pattern("/result/content")}, False),
        ({"entities": None, "fingerprint": "0123456789abcdef"}, True),
        ({"fingerprint": "fedcba9876543210"}, False),
    ],
)
def test_a_finding_is_left_alone_when_it_fits_all_that_is_named(members: dict[str, Any], *, left_alone: bool) -> None:
    suppression = replace(_KNOWN, **members)
    counted, suppressed = without_suppressed((_FOUND,), [suppression], _HERE, "get")
    assert (counted, suppressed) == (((), (_FOUND,)) if left_alone else ((_FOUND,), ()))


def test_what_is_for_a_tool_does_not_cover_a_message_without_one() -> None:
    suppression = replace(_KNOWN, tools=Globs(["*"]))
    assert without_suppressed((_FOUND,), [suppression], _HERE, None) == ((_FOUND,), ())
