"""Trains the linear model for injected instructions: `python -m benchmarks.train_injection ROWS... [--check]`.

It learns from texts that the grammars of `benchmarks/injection` make, from the rows in its folder `rows`, and from
further labelled rows (`text`, `label`, `license`, `group`), one JSON object a line. Rows of the folder say which of
their sentences carry an instruction (`instruction`, parts of the text). Others only say that one does: a first model,
which has seen the grammars alone, picks the sentences. `--check` leaves out a fifth of all templates and files
at a time and says how well the rest finds them; without it the model file is written. Standard library and PyYAML
only; the same rows and the same seed give the same file.
"""

import argparse
import base64
import collections
import json
import zlib
from array import array
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, Final

import yaml

from benchmarks.injection.fitting import SEED, Unit, Weights, auc, trained
from benchmarks.injection.grammar import Grammar, third_person
from extproc.threats.linear import BITS, features, tokens_of
from extproc.threats.passages import lead_of, units_of, words_of
from extproc.threats.structure import DEEDS

ROWS: Final = Path(__file__).parent / "injection" / "rows"
OUT: Final = Path(__file__).parents[1] / "extproc" / "evidence" / "injection-model.json"
MADE: Final = 18000
FOLDS: Final = 5
MAX_UNITS: Final = 40
MAX_CHARS: Final = 4000
PICKED: Final = 2
# Rows of this folder were written by hand for this: each counts as so many.
COUNTED: Final = 2
# A sentence carries an instruction when this share of the shorter of the two is in the other.
CARRIES: Final = 0.4
# The share of attacks that the screen may pass over.
MISSED: Final = 0.005


def classes() -> dict[str, str]:
    """Return the class of each word, in capitals, which no word is written in."""
    read = yaml.safe_load((Path(__file__).parent / "injection" / "classes.yaml").read_text(encoding="utf-8"))
    made: dict[str, str] = {}
    for name, words in read.items():
        for word in str(words).split():
            for token in [*tokens_of(word)] if len(tokens_of(word)) == 1 else [word]:
                made.setdefault(token, str(name).upper())
    for word, name in list(made.items()):
        if name in DEEDS and word.isascii() and word.isalpha():
            made.setdefault(third_person(word).strip(), f"{name}S")
    return made


KNOWN: Final[dict[str, int]] = {}
CLASSES: Final = classes()


def seen(text: str, start: int, end: int) -> tuple[int, ...]:
    """Return the features of a unit, as the running model makes them."""
    first = lead_of(text, (start, end))
    return tuple(sorted(features(tokens_of(text[start:first]), tokens_of(text[first:end]), CLASSES, KNOWN)))


def made_units(seed: int, number: int) -> list[Unit]:
    """Return the units of texts of the grammars, each once."""
    grammar = Grammar(seed)
    units: dict[tuple[str, int], Unit] = {}
    for made in [*grammar.attacked(number), *grammar.ordinary(number)]:
        for start, end in units_of(made.text):
            overlap = min(end, made.end) - max(start, made.start)
            if 0 < overlap < (end - start) * 0.4 or not any(map(str.isalpha, made.text[start:end])):
                continue
            label = int(overlap > 0)
            template = made.template.split("/")[0]
            style = made.style if label or not made.end else "context"
            template = template if label or not made.end else made.template.split("/")[-1]
            key = (made.text[start:end].strip(), label)
            units.setdefault(
                key,
                Unit(
                    features=seen(made.text, start, end),
                    label=label,
                    template=template,
                    style=style,
                    text=key[0],
                    goal=made.goal if label else "",
                ),
            )
    return list(units.values())


def row_units(rows: Sequence[dict[str, Any]], first: Weights) -> list[Unit]:
    """Return the units of labelled rows: of the benign all, of others those that are said to carry the instruction.

    Where a row does not say, they are those that sound most like orders, and the rest of it teaches nothing.
    """
    units: dict[tuple[str, int], Unit] = {}
    for number, row in enumerate(rows):
        text = row["text"][:MAX_CHARS]
        places = [(start, end) for start, end in units_of(text) if any(map(str.isalpha, text[start:end]))]
        found = [(place, seen(text, *place)) for place in places]
        marked = _marked(text, row.get("instruction", ()))
        if not row["label"]:
            labelled = [(one, 0) for one in found[:MAX_UNITS]]
            template = f"{row['group']}-{number}"
        elif marked:
            labelled = [(one, int(any(_carries(one[0], mark) for mark in marked))) for one in found[:MAX_UNITS]]
            template = f"{row['group']}-{number}"
        else:
            labelled = [(one, 1) for one in sorted(found, key=lambda one: -first.logit(one[1]))[:PICKED]]
            template = f"{row.get('attack') or row['group']}"
        for ((start, end), one), label in labelled:
            words = text[start:end].strip()
            units.setdefault(
                (words, label),
                Unit(features=one, label=label, template=template, style=f"rows-{row['group']}", text=words, goal=""),
            )
    return list(units.values())


def _marked(text: str, parts: Sequence[str]) -> list[tuple[int, int]]:
    return [(start, start + len(part)) for part in parts if (start := text.find(part)) >= 0]


def _carries(unit: tuple[int, int], mark: tuple[int, int]) -> bool:
    overlap = min(unit[1], mark[1]) - max(unit[0], mark[0])
    return overlap > CARRIES * min(unit[1] - unit[0], mark[1] - mark[0])


def _fold(name: str) -> int:
    return zlib.crc32(name.encode()) % FOLDS


def check(units: Sequence[Unit]) -> None:
    """Print how well templates and files are told apart by models that have not seen them."""
    scored: list[tuple[float, Unit]] = []
    for fold in range(FOLDS):
        model = trained(
            [unit for unit in units if _fold(unit.template) != fold and _fold(unit.goal or "-" + unit.template) != fold]
        )
        scored += [
            (model.logit(unit.features), unit)
            for unit in units
            if _fold(unit.template) == fold and (not unit.goal or _fold(unit.goal) == fold)
        ]
    print(f"AUC {auc([(score, unit.label) for score, unit in scored]):.4f}, {len(scored)} units")
    benign = sorted((score for score, unit in scored if not unit.label), reverse=True)
    limit = benign[len(benign) // 200]
    print(f"at 0.5 % of benign units: logit {limit:.2f}")
    styles = collections.defaultdict(list)
    for score, unit in scored:
        styles[unit.label, unit.style.split("-")[0] if len(unit.style) < 6 else unit.style].append(score > limit)
    for (label, style), hits in sorted(styles.items()):
        print(f"{'recall' if label else 'alarms'} {style:28} {sum(hits) / len(hits):6.3f}  n={len(hits)}")


def screen_of(units: Sequence[Unit]) -> tuple[dict[str, float], float]:
    """Return the weight of each word by itself, and below which sum a unit is passed over: few attacks are.

    It is a model of its own, over words and their classes. A word counts with its class added, so that it needs no
    more than one look for each word.
    """
    names: dict[str, int] = {}
    rows = []
    for unit in units:
        words = set(words_of(unit.text.lower()))
        kinds = {CLASSES[word] for word in words if word in CLASSES}
        found = tuple(names.setdefault(one, len(names)) for one in sorted(words | kinds))
        rows.append(replace(unit, features=found))
    model = trained(rows)
    weights = {one: model.of[number] for one, number in names.items()}
    vocabulary = {*names, *CLASSES} - set(CLASSES.values())
    screen = {word: round(weights.get(word, 0.0) + weights.get(CLASSES.get(word, ""), 0.0), 1) for word in vocabulary}
    screen = {word: weight for word, weight in sorted(screen.items()) if weight}
    sums = {
        label: sorted(
            sum(screen.get(word, 0.0) for word in words_of(unit.text.lower()))
            for unit in units
            if unit.label == label and len(words_of(unit.text.lower())) > 2 and (label or unit.style.startswith("rows"))
        )
        for label in (0, 1)
    }
    limit = round(sums[1][int(len(sums[1]) * MISSED)], 2)
    passed = sum(one >= limit for one in sums[0]) / len(sums[0])
    print(f"screen: {len(screen)} words, from {limit}; {passed:.3f} of the benign rows' units pass")
    return screen, limit


def write(units: Sequence[Unit], model: Weights, licences: Sequence[dict[str, Any]]) -> None:
    """Write the model file: weights as bytes in units of a scale, compressed, in base64."""
    scale = max(map(abs, model.of)) / 127
    screen, limit = screen_of(units)
    packed = array("b", [round(one / scale) for one in model.of])
    document = {
        "version": 1,
        "bits": BITS,
        "scale": round(scale, 6),
        "bias": round(model.bias, 4),
        "trained_on": licences,
        "screen": screen,
        "screen_from": limit,
        "classes": {
            name: " ".join(word for word, kind in CLASSES.items() if kind == name)
            for name in dict.fromkeys(CLASSES.values())
        },
        "weights": base64.b64encode(zlib.compress(packed.tobytes(), 9)).decode(),
    }
    OUT.write_text(json.dumps(document, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    print(f"{OUT.name}: {OUT.stat().st_size} bytes, {sum(map(bool, packed))} weights")


def read_rows(paths: Sequence[Path]) -> list[dict[str, Any]]:
    """Return the rows of files."""
    lines = [line for path in paths for line in path.read_text(encoding="utf-8").splitlines()]
    return [json.loads(line) for line in lines]  # noqa: TID251 - rows, not messages


def licences_of(rows: Sequence[dict[str, Any]], made: int) -> list[dict[str, Any]]:
    """Return where the training material is from."""
    counted = collections.Counter((row["source"].removeprefix("repo_"), row["license"]) for row in rows)
    return [
        {"source": "benchmarks/injection (own grammars)", "license": "Apache-2.0", "units": made},
        *(
            {"source": source, "license": licence, "rows": number}
            for (source, licence), number in sorted(counted.items())
        ),
    ]


def main() -> None:
    """Train and check, or write."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("rows", nargs="*", type=Path)
    parser.add_argument("--check", action="store_true")
    given = parser.parse_args()
    rows, own = read_rows(given.rows), read_rows(sorted(ROWS.glob("results-*.jsonl")))
    made = made_units(SEED, MADE)
    first = trained(made)
    units = [*made, *row_units(rows, first), *row_units(own, first) * COUNTED]
    if given.check:
        check(units)
    else:
        write(units, trained(units), licences_of([*rows, *own], len(made)))


if __name__ == "__main__":
    main()
