"""Every shipped detector finds its own examples and nothing in its counterexamples."""

from typing import Final

import pytest

from extproc.config.detectors_file import Example, shipped_files
from tests.detect.examples import expanded, shipped, shipped_scanner

_EXAMPLES: Final = [example for file in shipped_files() for example in file.examples]


def _entities(example: Example) -> set[str]:
    text = expanded(example.text, example.detector.id)
    return {finding.entity for finding in shipped_scanner().scan_text(text).findings}


@pytest.mark.parametrize("example", [one for one in _EXAMPLES if one.found], ids=lambda one: one.detector.id)
def test_what_a_detector_is_for_is_found(example: Example) -> None:
    assert example.detector.entity in _entities(example)


@pytest.mark.parametrize("example", [one for one in _EXAMPLES if not one.found], ids=lambda one: one.detector.id)
def test_what_only_looks_like_it_is_clean(example: Example) -> None:
    assert example.detector.entity not in _entities(example)


def test_every_detector_has_an_example_of_what_it_finds() -> None:
    shown = {one.detector.id for one in _EXAMPLES if one.found}
    assert [one.id for one in shipped().detectors if one.id not in shown] == []


def test_every_detector_says_where_its_format_is_documented() -> None:
    assert [one.id for one in shipped().detectors if not one.source.startswith("https://")] == []


def test_detectors_that_only_re_would_search_slowly_have_a_keyword() -> None:
    secrets = [one for one in shipped().detectors if one.category == "secret"]
    assert sum(bool(one.keywords) for one in secrets) >= 0.9 * len(secrets)
