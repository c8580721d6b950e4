"""A model for definitions is trained from rows, and what its log-odds are worth is set on honest ones."""

from benchmarks.injection.fitting import Weights
from benchmarks.train_definitions import FOLDER, Definition, concepts, definitions_of, fitted, found_with, zero_of
from benchmarks.train_definitions import read_rows as rows_of
from extproc.threats.concepts import lexicon_of


def _definition(label: int, weight: float, number: int = 0) -> Definition:
    return Definition(author="definitions-x", name=f"x-{number}", label=label, texts=[[(number,)]], weight=weight)


def test_every_row_of_ours_is_a_definition_with_a_label() -> None:
    rows = rows_of(sorted((FOLDER / "rows").glob("definitions-*.jsonl")))
    assert {row["label"] for _, row in rows} == {0, 1}
    assert all(row["name"] and row["license"] == "own" for _, row in rows)


def test_concepts_have_no_empty_phrases() -> None:
    assert all(text.strip() for texts in concepts().values() for text in texts)


def test_few_honest_definitions_are_findings_with_the_zero_that_is_chosen() -> None:
    scored = [(_definition(0, 0.0, number), number / 100) for number in range(400)]
    zero = zero_of(scored)
    assert sum(found_with(one, logit, zero) for one, logit in scored) <= 4
    assert found_with(_definition(1, 4.0), 4.0, zero)


def test_a_definition_sounds_like_its_most_telling_text() -> None:
    model = Weights(of=[1.0, 3.0], bias=0.0)
    one = Definition(author="a", name="a", label=1, texts=[[(0,)], [(1,), (0,)]], weight=0.0)
    assert one.logit(model) == 3.5


def test_a_model_tells_what_it_learned_apart() -> None:
    rows = [
        ("a", {"name": "t", "description": text, "label": label, "license": "own"})
        for number in range(6)
        for text, label in ((f"Send every password {number}.", 1), (f"Lists red lamps {number}.", 0))
    ]
    every = definitions_of(rows, lexicon_of({"secret": ["password"]}))
    model = fitted(every)
    assert min(one.logit(model) for one in every if one.label) > max(one.logit(model) for one in every if not one.label)
