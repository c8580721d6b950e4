"""What the rows and figures of the threat benchmark are, and that each tool is asked as the table says."""

import json
from pathlib import Path
from typing import Any

import pytest

from benchmarks.peers.threat_adapters import ADAPTERS, Adapter, Asked
from benchmarks.peers.threat_figures import figures
from benchmarks.peers.threat_rows import Row, read_rows, row_of
from benchmarks.peers.threat_tools import SECOND, TOOLS, Answer, Run, inspected, judged, with_second
from benchmarks.peers.threat_worker import answer, warm_up
from benchmarks.threats import styles, table

_TEXT: dict[str, Any] = {"id": "t", "label": 1, "text": "one text", "group": "plain", "kind": "tool_output"}
_TOOL: dict[str, Any] = {
    "id": "d",
    "label": 0,
    "name": "get",
    "description": "Gets.",
    "group": "real",
    "server": "shop",
}
_CALLS = [{"tool": "read", "args": {"n": 1}, "result": "a note"}, {"tool": "send", "args": {}, "injected": True}]
_CHAIN: dict[str, Any] = {"id": "c", "label": "malicious", "suite": "mail", "calls": _CALLS}


def _rows(labels: str) -> list[Row]:
    return [row_of({**_TEXT, "id": str(at), "label": int(label)}) for at, label in enumerate(labels)]


def _answers(said: str) -> dict[str, Answer]:
    return {str(at): Answer(objects=one == "1") for at, one in enumerate(said)}


def test_a_text_is_the_result_of_a_tool_in_a_session_of_its_own() -> None:
    row = row_of(_TEXT)
    assert (row.kind, row.positive, row.style, row.texts) == ("text", True, "plain", ("one text",))
    (line,) = row.lines
    assert (line["session"], line["direction"]) == ("s-t", "server_to_client")
    assert line["message"]["result"]["content"] == [{"type": "text", "text": "one text"}]


def test_a_definition_is_a_list_with_this_tool_alone_and_its_schema_is_a_text() -> None:
    row = row_of({**_TOOL, "inputSchema": {"type": "object", "title": "note"}})
    assert row.texts == ("get\nGets.", '{"type":"object","title":"note"}')
    (line,) = row.lines
    assert line["server"] == "shop"
    assert line["message"]["result"]["tools"] == [row.definition]


def test_a_session_is_its_calls_and_their_results_in_order_and_other_tools_get_the_results() -> None:
    row = row_of(_CHAIN)
    assert [line["id"] for line in row.lines] == ["c#0", "c#0r", "c#1"]
    assert (row.texts, row.style) == (("a note",), "mail")


def test_attacks_are_told_apart_by_group_or_as_asked_and_what_is_benign_by_kind() -> None:
    assert row_of({**_TEXT, "attack": "urgent"}, "attack").style == "urgent"
    assert row_of({**_TEXT, "label": 0, "attack": "urgent"}, "attack").style == "tool_output"


def test_rows_to_be_looked_at_apart_are_left_out_and_a_sample_is_always_the_same(tmp_path: Path) -> None:
    lines = [{**_TEXT, "id": f"{at}"} for at in range(20)] + [{**_TEXT, "label": 2}, {**_TEXT, "apart": True}]
    file = tmp_path / "rows.jsonl"
    file.write_text("\n".join(map(json.dumps, lines)), encoding="utf-8")
    assert len(read_rows(file, None, None)) == 20
    assert read_rows(file, None, 5) == read_rows(file, None, None)[:5]


def test_rates_are_over_the_rows_that_were_answered() -> None:
    counted = figures(_rows("1111000000"), _answers("11010001")).rates()
    assert (counted["recall"], counted["fpr"]) == (0.75, 0.25)
    assert figures(_rows("11"), {}).rates()["recall"] is None


def test_styles_count_alike_in_their_mean_however_many_rows_they_have() -> None:
    rows = [row_of({**_TEXT, "id": str(at), "group": "many" if at else "few"}) for at in range(5)]
    assert figures(rows, _answers("10000")).rates()["macro_recall"] == 0.5


def test_recall_at_equal_alarms_takes_the_bound_that_one_benign_row_in_a_hundred_exceeds() -> None:
    rows = _rows("111" + "0" * 100)
    scores = [0.4, 0.6, 0.9, 0.8, 0.5] + [0.0] * 98
    answers = {str(at): Answer(objects=False, score=score) for at, score in enumerate(scores)}
    assert figures(rows, answers).rates()["recall_at_equal_alarms"] == pytest.approx(2 / 3, abs=1e-4)


@pytest.mark.parametrize(
    ("line", "category", "objects"),
    [
        (_TEXT, "injection", True),
        (_TEXT, "shadowing", False),
        (_TOOL, "shadowing", True),
        (_TOOL, "secret", False),
        (_CHAIN, "chain", True),
        (_CHAIN, "injection", False),
    ],
)
def test_what_counts_as_a_finding_depends_on_the_kind_of_row(
    line: dict[str, Any], category: str, *, objects: bool
) -> None:
    said = judged(row_of(line), [{"outcome": "deny", "findings": [{"category": category, "score": 0.7}]}])
    assert said == Answer(objects=objects, score=0.7 if objects else 0.0, stopped=True)


def test_what_this_project_says_of_a_row_is_what_its_command_line_says_of_the_messages() -> None:
    rows = [row_of(_TEXT), row_of(_TOOL), row_of(_CHAIN)]
    said = inspected(rows)
    assert [*said] == ["t", "d", "c"]
    assert not any(answer.failed for answer in said.values())


def test_a_second_opinion_counts_where_the_first_judgement_saw_a_hint() -> None:
    times = dict.fromkeys("0123", 1.0)
    one = Run(answers=_answers("1000"), row_us=times, hints={"0": 0.9, "1": 0.2, "2": 0.2})
    other = Run(answers=_answers("0101"), row_us=dict.fromkeys("013", 5.0))
    both = with_second(one, other)
    assert {row: said.objects for row, said in both.answers.items()} == {"0": True, "1": True, "3": False}
    assert both.row_us == {"0": 6.0, "1": 6.0, "3": 1.0}


def _asked(row: Row) -> Asked:
    lines = [json.dumps(line) for line in row.lines]
    return Asked(id=row.id, texts=[*row.texts], definition=row.definition, lines=lines)


@pytest.mark.parametrize("line", [_TEXT, _TOOL, _CHAIN])
def test_a_tool_is_warmed_up_with_no_row_as_it_is(line: dict[str, Any]) -> None:
    seen: list[Asked] = []
    adapter = Adapter(packages=(), judge=seen.append, answer=lambda _: (False, None))
    row = _asked(row_of(line))
    warm_up(adapter, [row])
    assert seen[0]["texts"] != row["texts"]
    assert all(given != asked for given, asked in zip(seen[0]["lines"], row["lines"], strict=True))
    assert row == _asked(row_of(line))


def test_a_tool_that_fails_on_a_row_is_said_to_have_failed() -> None:
    def fail(_row: Asked) -> None:
        raise ValueError

    said = answer(Adapter(packages=(), judge=fail, answer=lambda _: (True, None)), _asked(row_of(_TEXT)))
    assert (said["error"], "objects" in said) == ("ValueError", False)


def test_tables_have_a_row_for_each_tool_and_each_style() -> None:
    rates = {"recall": 0.5, "macro_recall": 0.25, "fpr": None, "recall_at_equal_alarms": None}
    one = {"tool": "a", "n": 3, "us_per_kb": 1234.5, "attacks": {"x": [1, 2]}, "benign": {}, **rates}
    other = {**one, "tool": "b", "attacks": {"x": [0, 1], "y": [1, 1]}}
    assert table([one]).splitlines()[2] == "| a | 3 | 0.500 | 0.250 | - | - | 1,234 |"
    assert styles([one, other], "attacks").splitlines()[2:] == [
        "| x | 2 | 0.500 | 0.000 (1) |",
        "| y | 1 | - | 1.000 |",
    ]


def test_every_tool_of_the_table_has_an_adapter() -> None:
    assert {tool.name for tool in TOOLS} == set(ADAPTERS)
    assert SECOND in ADAPTERS
