"""Trains the linear model for definitions: `python -m benchmarks.train_definitions [ROWS...] [--check]`.

It learns from `benchmarks/injection/rows/definitions-*.jsonl`, one file an author, and from other labelled rows
(`name`, `description`, `inputSchema`, `label`, `license`, `group`). A row says that a definition uses the model
that reads it, not in which sentence: a first model takes every sentence, the next those two that sound most like it.
What the log-odds are worth is set on authors that the model has not seen. `--check` tells how well it finds what an
author that it has not seen wrote; without it the model file is written. The same rows give the same file.
"""

import argparse
import base64
import collections
import json
import zlib
from array import array
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import yaml

from benchmarks.injection.fitting import Unit, Weights, auc, trained
from benchmarks.train_injection import CLASSES
from extproc.config.detection_file import DetectionSettings
from extproc.config.evidence_file import load_evidence
from extproc.detection import cache_folder
from extproc.model.message import JsonValue
from extproc.stores.detector_cache import DetectorCache
from extproc.threats.concepts import Lexicon, lexicon_of
from extproc.threats.definition_model import sentences_of, together
from extproc.threats.descriptions import DescriptionJudge, told
from extproc.threats.linear import BITS
from extproc.threats.weighing import LOWERED, THRESHOLD

FOLDER: Final = Path(__file__).parent / "injection"
OUT: Final = Path(__file__).parents[1] / "extproc" / "evidence" / "definitions-model.json"
MEMBERS: Final = ("name", "description", "inputSchema")
OURS: Final = "definitions-"
ENCODED: Final = "obf_"
ROUNDS: Final = 2
TELLING: Final = 2
# What the log-odds are worth in weights of families, and the share of honest definitions that may be findings.
WORTH: Final = 1.5
ALARMS: Final = 0.01
KNOWN: Final[dict[str, int]] = {}


@dataclass(frozen=True, slots=True, kw_only=True)
class Definition:
    """A labelled definition: the features of the sentences of each of its texts, and what its families weigh."""

    author: str
    name: str
    label: int
    texts: Sequence[Sequence[tuple[int, ...]]]
    weight: float

    def logit(self, model: Weights) -> float:
        """Return the log-odds of the text that sounds most like it."""
        return max((_together([model.logit(one) for one in text]) for text in self.texts), default=-20.0)


def _together(logits: Sequence[float]) -> float:
    ordered = sorted(logits, reverse=True)
    return together(ordered[0], ordered[1] if len(ordered) > 1 else float("-inf"))


def concepts() -> dict[str, list[str]]:
    """Return the words and phrases of each concept."""
    read = yaml.safe_load((FOLDER / "concepts.yaml").read_text(encoding="utf-8"))
    return {
        name: [*members["words"].split(), *filter(None, map(str.strip, members.get("phrases", "").split("|")))]
        for name, members in read.items()
    }


def read_rows(paths: Sequence[Path]) -> list[tuple[str, dict[str, Any]]]:
    """Return labelled rows, each with the file it is from."""
    return [
        (path.stem, json.loads(line))  # noqa: TID251 - rows, not messages
        for path in paths
        for line in path.read_text(encoding="utf-8").splitlines()
    ]


def definitions_of(rows: Sequence[tuple[str, dict[str, Any]]], lexicon: Lexicon) -> list[Definition]:
    """Return the definitions of rows; those whose text is an encoding of another's teach nothing about words."""
    cache = DetectorCache(cache_folder(DetectionSettings(key_env="KEY"), {}))
    judge = DescriptionJudge(load_evidence("descriptions"), cache.engine)
    made = []
    for number, (author, row) in enumerate(rows):
        if str(row.get("group", "")).startswith(ENCODED):
            continue
        definition: dict[str, JsonValue] = {name: row[name] for name in MEMBERS if name in row}
        score = max((passage.score for passage in judge.judge(definition)), default=0.0)
        made.append(
            Definition(
                author=author,
                name=f"{author}-{number}",
                label=int(row["label"]),
                texts=_texts(definition, lexicon),
                weight=score * THRESHOLD / (1 - score),
            )
        )
    return made


def _texts(definition: Mapping[str, JsonValue], lexicon: Lexicon) -> list[list[tuple[int, ...]]]:
    read = (
        [tuple(sorted(found)) for _, found in sentences_of(text, lexicon, CLASSES, KNOWN)]
        for _, text in told(definition)
    )
    return [text for text in read if text]


def fitted(every: Sequence[Definition]) -> Weights:
    """Fit a model, and again with the sentences of poisoned definitions that the one before found telling."""
    model = trained([unit for one in every for unit in _units(one, [found for text in one.texts for found in text])])
    for _ in range(ROUNDS):
        units = []
        for one in every:
            found = [each for text in one.texts for each in text]
            units += _units(one, sorted(found, key=lambda each: -model.logit(each))[:TELLING] if one.label else found)
        model = trained(units)
    return model


def _units(one: Definition, found: Sequence[tuple[int, ...]]) -> list[Unit]:
    return [
        Unit(features=each, label=one.label, template=one.name, style=one.author, goal="", text="") for each in found
    ]


def unseen(every: Sequence[Definition]) -> dict[str, list[tuple[Definition, float]]]:
    """Return the log-odds of the definitions of each author, of a model that has seen those of the others alone."""
    made = {}
    for author in sorted({one.author for one in every}):
        model = fitted([one for one in every if one.author != author])
        made[author] = [(one, one.logit(model)) for one in every if one.author == author]
    return made


def zero_of(scored: Sequence[tuple[Definition, float]]) -> float:
    """Return the log-odds that are worth nothing, so that few honest definitions are findings.

    Ours, which are hard ones, and those of others are counted apart.
    """
    needed = collections.defaultdict(list)
    for one, logit in scored:
        if not one.label:
            needed[one.author.startswith(OURS)].append(_needed(one, logit))
    return max(_limit([one for one in each if one < float("inf")], len(each)) for each in needed.values()) + 0.01


def _limit(needed: Sequence[float], number: int) -> float:
    return sorted(needed, reverse=True)[int(number * ALARMS)]


def _needed(one: Definition, logit: float) -> float:
    """Return the `zero` up to which a definition is a finding; infinity for what is one whatever it sounds like."""
    if one.weight - LOWERED >= THRESHOLD:
        return float("inf")
    return logit - (THRESHOLD - one.weight) / WORTH


def found_with(one: Definition, logit: float, zero: float) -> bool:
    """Tell whether a definition is a finding."""
    return one.weight + max(-LOWERED, WORTH * (logit - zero)) >= THRESHOLD


def check(every: Sequence[Definition]) -> None:
    """Print how well definitions of an author are told apart by what was made without them."""
    for author in sorted({one.author for one in every}):
        seen = [one for one in every if one.author != author]
        zero = zero_of([pair for scored in unseen(seen).values() for pair in scored])
        model = fitted(seen)
        scored = [(one, one.logit(model)) for one in every if one.author == author]
        shares = [_share([found_with(*pair, zero) for pair in scored if pair[0].label == label]) for label in (1, 0)]
        area = auc([(logit, one.label) for one, logit in scored])
        print(f"{author:24} zero {zero:5.2f}  AUC {area:.3f}  recall {shares[0]:.3f}  alarms {shares[1]:.4f}")


def _share(hits: Sequence[bool]) -> float:
    return sum(hits) / max(1, len(hits))


def write(every: Sequence[Definition], rows: Sequence[tuple[str, dict[str, Any]]]) -> None:
    """Write the model file: weights as bytes in units of a scale, compressed, in base64."""
    zero = zero_of([pair for scored in unseen(every).values() for pair in scored])
    model = fitted(every)
    scale = max(map(abs, model.of)) / 127
    packed = array("b", [round(one / scale) for one in model.of])
    counted = collections.Counter(
        (f"benchmarks/injection/rows/{author} (own)", "Apache-2.0")
        if row["license"] == "own"
        else (row["source"], row["license"])
        for author, row in rows
        if not str(row.get("group", "")).startswith(ENCODED)
    )
    document = {
        "version": 1,
        "bits": BITS,
        "scale": round(scale, 6),
        "bias": round(model.bias, 4),
        "worth": WORTH,
        "zero": round(zero, 3),
        "trained_on": [
            {"source": source, "license": licence, "rows": number}
            for (source, licence), number in sorted(counted.items())
        ],
        "classes": {
            name: " ".join(word for word, kind in CLASSES.items() if kind == name)
            for name in dict.fromkeys(CLASSES.values())
        },
        "concepts": concepts(),
        "weights": base64.b64encode(zlib.compress(packed.tobytes(), 9)).decode(),
    }
    OUT.write_text(json.dumps(document, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    print(f"{OUT.name}: {OUT.stat().st_size} bytes, {sum(map(bool, packed))} weights, zero {zero:.2f}")


def main() -> None:
    """Train and check, or write."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("rows", nargs="*", type=Path)
    parser.add_argument("--check", action="store_true")
    given = parser.parse_args()
    rows = read_rows([*sorted((FOLDER / "rows").glob(f"{OURS}*.jsonl")), *given.rows])
    every = definitions_of(rows, lexicon_of(concepts()))
    if given.check:
        check(every)
    else:
        write(every, rows)


if __name__ == "__main__":
    main()
