"""Files of detectors: what is found, what is refused, and where the fault is."""

from pathlib import Path
from typing import Final

import pytest

from extproc.config.detectors_file import load_detectors, parse_detectors, shipped_files
from extproc.config.faults import ConfigError
from extproc.detect.exact import digest_of
from extproc.detect.hyperscan_engine import compiled
from extproc.detect.matching import expressions_of
from extproc.detect.scanner import Scanner
from extproc.model.finding import Category
from extproc.stores.detector_cache import DetectorCache, EngineKind
from tests.detect.examples import ALL_VALIDATORS

_STAFF: Final = """
detectors:
  - id: staff-number
    entity: staff_number
    pattern: 'E[0-9]{5}'
    tests:
      found: ['Ask E12345.']
      clean: ['E1234', 'XE12345']
"""


def _load(folder: Path, **texts: str) -> Scanner:
    for name, text in texts.items():
        (folder / f"{name}.yaml").write_text(text)
    detectors = load_detectors([folder], ALL_VALIDATORS, compiled)
    added = [one for one in detectors.detectors if one.category is Category.CUSTOM]
    return Scanner(added, detectors.validators, compiled(expressions_of(added)), key=b"k")


def _faults(text: str) -> list[str]:
    with pytest.raises(ConfigError) as raised:
        parse_detectors(text.encode(), "x.yaml")
    return [str(fault) for fault in raised.value.faults]


def test_patterns_of_an_operator_are_found_after_their_tests_passed(tmp_path: Path) -> None:
    [finding] = _load(tmp_path, staff=_STAFF).scan_text("from E98765 on").findings
    assert (finding.category, finding.entity, finding.start, finding.end) == (Category.CUSTOM, "staff_number", 5, 11)


@pytest.mark.parametrize(
    ("old", "new", "fault"),
    [
        ("Ask E12345.", "Ask", "staff.yaml:7:15: detectors.0.tests.found.0: this test fails: nothing is found"),
        ("XE12345", "E12345", "staff.yaml:8:24: detectors.0.tests.clean.1: this test fails: something is found"),
        ("staff-number", "github-token-classic", ""),
    ],
)
def test_a_file_whose_tests_fail_is_not_loaded(tmp_path: Path, old: str, new: str, fault: str) -> None:
    if not fault:
        new = shipped_files()[0].detectors[0].id
        fault = "staff.yaml:3:9: detectors.0.id: another detector has this id"
    with pytest.raises(ConfigError) as raised:
        _load(tmp_path, staff=_STAFF.replace(old, new))
    assert [str(one).removeprefix(f"{tmp_path}/") for one in raised.value.faults] == [fault]


def test_words_are_found_whatever_their_case_when_it_does_not_count(tmp_path: Path) -> None:
    text = "detectors: [{id: projects, entity: project, words: [Blue Falcon, zebra-9], ignore_case: true}]"
    found = _load(tmp_path, words=text).scan_text("on BLUE falcon, zebra-9 and zebra-99").findings
    assert [(one.start, one.end) for one in found] == [(3, 14), (16, 23)]


def test_exact_values_are_found_by_their_digests(tmp_path: Path) -> None:
    digest = digest_of("a long salt", "10015566", Category.CUSTOM)
    text = f"""
detectors:
  - id: customers
    entity: customer_number
    pattern: '[0-9]{{4}}[ -]?[0-9]{{4}}'
    values: {{salt: a long salt, sha256: [{digest}]}}
"""
    found = _load(tmp_path, values=text).scan_text("1001-5567 10015566 1001-5566").findings
    assert [(one.start, one.end) for one in found] == [(10, 18), (19, 28)]


@pytest.mark.parametrize(
    ("detector", "message"),
    [
        ("pattern: '(?=a)b'", "a lookahead is not possible"),
        ("pattern: 'a*'", "matches the empty text"),
        ("pattern: 'a{500}'", "at most 400 characters"),
        ("pattern: a, words: [b]", "either a pattern or a list of words"),
        ("score: 0.5", "either a pattern or a list of words"),
        ("pattern: a, keywords: [A]", "keywords are in lower case"),
        ("pattern: a, context_required: true", "without words in context"),
        ("pattern: a, colour: red", "unknown setting"),
        ("pattern: a, category: odd", "must be one of secret, pii, financial, custom"),
        ("words: [a], values: {salt: 12345678, sha256: [b]}", "should match pattern"),
    ],
)
def test_what_is_wrong_is_told_with_its_place(detector: str, message: str) -> None:
    faults = _faults(f"detectors: [{{id: a, entity: a, {detector}}}]")
    assert any(message in fault for fault in faults)
    assert all(fault.startswith("x.yaml:1:") for fault in faults)


def test_a_pattern_that_the_engine_cannot_take_is_refused_with_the_reason(tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_text("detectors: [{id: a, entity: a, pattern: 'k=([a-z]{3})', group: 1}]")
    with pytest.raises(ConfigError, match=r"a\.yaml:1:41: detectors\.0\.pattern: a group needs google-re2"):
        load_detectors([tmp_path], ALL_VALIDATORS, compiled)
    load_detectors([tmp_path], ALL_VALIDATORS, DetectorCache(kind=EngineKind.RE2).engine)


def test_a_pattern_that_backtracks_costs_nothing(tmp_path: Path) -> None:
    scanner = _load(tmp_path, slow="detectors: [{id: a, entity: a, pattern: '(?:x|xx|x{3}){1,9}!', bare: true}]")
    text = "x" * 5000 + " ! " + "x" * 9 + "!"
    assert scanner.scan_text(text).findings[0].end == len(text)


def test_a_validator_that_is_not_there_is_a_fault(tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_text("detectors: [{id: a, entity: a, pattern: b, validator: nowhere}]")
    with pytest.raises(ConfigError, match="there is no validator of this name"):
        load_detectors([tmp_path], ALL_VALIDATORS, compiled)


def test_a_file_that_cannot_be_read_is_a_fault_and_so_is_one_that_is_not_utf8(tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_bytes(b"\xff")
    with pytest.raises(ConfigError) as raised:
        load_detectors([tmp_path, tmp_path / "none.yaml"], ALL_VALIDATORS, compiled)
    assert [fault.message for fault in raised.value.faults] == [
        "not UTF-8",
        "cannot be read: No such file or directory",
    ]
