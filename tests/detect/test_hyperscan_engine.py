"""Databases, patterns of operators and threads with hyperscan."""

from concurrent.futures import ThreadPoolExecutor

import pytest

from extproc.detect.buffer import Buffer
from extproc.detect.detector import Detector
from extproc.detect.hyperscan_engine import StartLocator, check, compiled, loaded, platform, relaxed
from extproc.detect.locating import Windows
from extproc.detect.matching import Expression, expression_of
from extproc.detect.pattern import PatternError, read_pattern
from extproc.model.finding import Category


def _detector(pattern: str, *, bare: bool = False, group: int = 0) -> Detector:
    return Detector(id="x", entity="x", category=Category.CUSTOM, pattern=pattern, bare=bare, group=group, linear=True)


def _located(detector: Detector, text: str) -> list[str]:
    buffer = Buffer([text])
    hits = compiled([expression_of(detector)]).hits(buffer.data)
    ends = buffer.characters(0, sorted(end for _, end in hits.pairs))
    windows = Windows(detector, read_pattern(detector.pattern))
    found = windows.located(StartLocator(detector), text, ends)
    return [text[one.value_start : one.value_end] for one in found]


def test_a_database_is_taken_up_again() -> None:
    expressions = [Expression(text="ab[0-9]{1,4}x")]
    kept = loaded(compiled(expressions).dump())
    assert kept is not None
    assert kept.hits(b"\nab12x\n").pairs == [(0, 6)]


def test_what_is_no_database_is_not_taken_up() -> None:
    assert loaded(b"nothing of the kind") is None
    assert loaded(compiled([Expression(text="a")]).dump()[:-9]) is None


def test_the_platform_names_the_version_and_is_stable() -> None:
    assert "Version" in platform()
    assert platform() == platform()


def test_an_expression_that_cannot_be_compiled_is_refused_with_the_reason() -> None:
    with pytest.raises(PatternError, match="hyperscan cannot compile it"):
        check(Expression(text="(a"))


@pytest.mark.parametrize(
    ("pattern", "wider"),
    [
        ("a{2,9}b{0,7}c{1,64}d{3}", "a{2,}b*c+d{3}"),
        (r"\{1,9}[{1,9}]{0,1}", r"\{1,9}[{1,9}]{0,1}"),
        (r"[]{1,9}]{2,4}", r"[]{1,9}]{2,}"),
    ],
)
def test_upper_limits_of_repeats_are_taken_away(pattern: str, wider: str) -> None:
    assert relaxed(pattern) == wider


@pytest.mark.parametrize(
    ("pattern", "text", "found"),
    [
        ("E[0-9]{5}", "E12345, E1234 and E99999", ["E12345", "E99999"]),
        ("[a-z]{2,5}-[0-9]{1,3}", "é ab-1 abcdefg-22 x ü xyz-333", ["ab-1", "xyz-333"]),
        ("(a{0,20}){0,20}b", "aaaaaaaaab", ["aaaaaaaaab"]),
    ],
)
def test_patterns_of_operators_are_located_by_hyperscan_itself(pattern: str, text: str, found: list[str]) -> None:
    assert _located(_detector(pattern), text) == found


def test_a_group_of_an_operator_is_refused_with_the_reason() -> None:
    with pytest.raises(PatternError, match="google-re2"):
        StartLocator(_detector("a(b)", group=1))


def test_every_thread_has_scratch_of_its_own() -> None:
    engine = compiled([Expression(text="ab[0-9]")])
    buffer = b"\n" + b"ab1 " * 20_000
    with ThreadPoolExecutor(4) as pool:
        counts = {len(hits.pairs) for hits in pool.map(engine.hits, [buffer] * 16)}
    assert counts == {20_000}
