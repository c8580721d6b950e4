"""What a guided run found is replayed whole."""

from pathlib import Path

import pytest

from tests.detecting import detection
from tests.fuzz import corpus, protection


def test_no_input_that_a_guided_run_kept_breaks_a_promise() -> None:
    scanner, inputs = detection().scanner, corpus.kept()
    found = [protection.check(corpus.document(one), scanner) for one in inputs]
    assert len(inputs) > 1000
    assert sum(found) > 100


def test_inputs_are_kept_in_an_order_of_their_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(corpus, "KEPT", tmp_path / "kept.txt")
    (inputs := tmp_path / "inputs").mkdir()
    for name, data in (("a", b"\xff\n"), ("b", b"A"), ("c", b"A")):
        (inputs / name).write_bytes(data)
    assert corpus.keep(inputs) == 2
    assert corpus.kept() == [b"A", b"\xff\n"]
