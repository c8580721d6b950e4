"""Files of evidence: what is shipped keeps its promises, and a fault is named with its place."""

import pytest

from extproc.config.evidence_file import (
    EvidenceFile,
    evidence_of,
    failures,
    load_evidence,
    parse_evidence,
    shipped_evidence,
)
from extproc.config.faults import ConfigError
from extproc.threats.evidence import EvidenceEngine
from tests.threats.judging import engines, judge

_FILE = """
use: [descriptions]
words: {way: 'road|<<path>>', path: path}
families:
  - family: travel
    weight: {descriptions: 2}
    why: "somebody has to go"
    patterns:
      - id: go-way
        pattern: 'go the <<way>>'
        found: ["Go the path"]
        clean: ["go a path"]
"""


def _parsed(text: str = _FILE) -> EvidenceFile:
    return parse_evidence(text.encode(), "x.yaml")


def _faults(text: str) -> list[str]:
    with pytest.raises(ConfigError) as raised:
        evidence_of([_parsed(text)], "descriptions")
    return [str(fault) for fault in raised.value.faults]


def test_a_file_becomes_patterns_with_words_in_their_places() -> None:
    evidence = evidence_of([_parsed()], "descriptions")
    assert [one.pattern for one in evidence.patterns] == ["go the (?:road|(?:path))"]
    assert evidence.weights == {"travel": 2.0}


def test_a_file_for_one_use_is_no_part_of_another() -> None:
    assert evidence_of([_parsed()], "responses").patterns == ()


@pytest.mark.parametrize(
    ("old", "new", "fault"),
    [
        ("<<way>>", "<<street>>", "x.yaml:10:18: families.0.patterns.0.pattern: there are no words named street"),
        (
            "go the <<way>>",
            "(",
            "x.yaml:10:18: families.0.patterns.0.pattern: a bracket is not closed (at character 2)",
        ),
        ("path: path", "path: '<<way>>'", "x.yaml:10:18: families.0.patterns.0.pattern: its words name each other"),
        ("id: go-way", "id: Go", "x.yaml:9:13: families.0.patterns.0.id: "),
        ("why:", "reason:", "x.yaml:5:5: families.0.why: this setting is missing"),
    ],
)
def test_a_fault_is_named_with_its_place(old: str, new: str, fault: str) -> None:
    assert any(one.startswith(fault) for one in _faults(_FILE.replace(old, new)))


def test_two_patterns_of_one_name_are_a_fault() -> None:
    with pytest.raises(ConfigError, match="two patterns have the id go-way"):
        evidence_of([_parsed(), _parsed()], "descriptions")


def test_files_that_weigh_a_family_differently_are_a_fault() -> None:
    other = _FILE.replace("go-way", "other").replace("descriptions: 2", "descriptions: 3")
    with pytest.raises(ConfigError, match="another file gives travel another weight"):
        evidence_of([_parsed(), _parsed(other)], "descriptions")


def test_an_example_that_fails_is_named_with_its_place() -> None:
    file = _parsed(_FILE.replace("Go the path", "Go a path"))
    assert [str(fault) for fault in failures(file, engines().engine)] == [
        "x.yaml:11:17: families.0.patterns.0.found.0: this example fails: go-way is not found"
    ]


def test_the_pattern_that_an_engine_refuses_is_named() -> None:
    file = _parsed(_FILE.replace("go the <<way>>", "go .{0,9}(?:^| )x"))
    assert "go-way: hyperscan cannot compile it" in str(failures(file, engines().engine)[0])


def test_every_shipped_example_is_as_its_file_says() -> None:
    judge()  # compiles them
    known = load_evidence("descriptions")
    engine = EvidenceEngine(known.patterns, engines().engine)
    files = [file for file in shipped_evidence() if "descriptions" in file.uses]
    examples = [example for file in files for example in file.examples]
    seen = engine.found([example.text for example in examples])
    wrong = [
        (example.pattern, example.text)
        for example, signs in zip(examples, seen, strict=True)
        if any(sign.code == example.pattern for sign in signs) != example.found
    ]
    assert wrong == []


def test_every_family_has_a_weight_and_there_are_patterns_enough() -> None:
    for use in ("descriptions", "responses"):
        evidence = load_evidence(use)
        assert {one.family for one in evidence.patterns} <= evidence.weights.keys()
        assert len(evidence.patterns) >= 40
