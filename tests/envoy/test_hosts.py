"""Patterns of hosts that cover others."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from extproc.envoy.hosts import covers
from extproc.policy.globs import globs

_PATTERNS = st.sampled_from(["*", "*.test", "*.a.test", "a.test", "b.a.test", "b.test"])
_NAMES = st.sampled_from(["a.test", "b.a.test", "b.test", "x.b.a.test", "else.where"])


@given(_PATTERNS, _PATTERNS, _NAMES)
def test_a_pattern_that_covers_another_takes_all_that_it_takes(wide: str, narrow: str, name: str) -> None:
    if covers(wide, narrow) and covers(narrow, name):
        assert covers(wide, name)


@given(_PATTERNS, _NAMES)
def test_a_pattern_takes_the_names_that_the_sidecar_takes_by_it(pattern: str, name: str) -> None:
    assert covers(pattern, name) == bool(globs((pattern,)).fullmatch(name))


@pytest.mark.parametrize(("wide", "narrow"), [("a.test", "*.test"), ("*.a.test", "*.test"), ("*.test", "test")])
def test_a_narrower_pattern_does_not_cover(wide: str, narrow: str) -> None:
    assert not covers(wide, narrow)
