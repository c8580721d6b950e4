"""Makes texts for training from the grammars in this folder: attacks in data, plain data, and what only sounds alike.

The same seed gives the same texts. Every text names the template that it was made by, so that validation can leave
whole templates out.
"""

import random
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import yaml

_SLOT: Final = re.compile(r"\{\{|\}\}|\{([A-Za-z_]+)(\^?)\}")
_FOLDER: Final = Path(__file__).parent
LANGUAGES_SHARE: Final = 0.16


@dataclass(frozen=True, slots=True, kw_only=True)
class Made:
    """A text, with where the attack stands in it; both ends are 0 where there is none."""

    text: str
    template: str
    style: str
    goal: str = ""
    start: int = 0
    end: int = 0


def third_person(goal: str) -> str:
    """Return what is to be done as what somebody does: `send it` becomes `sends it`."""
    verb, _, rest = goal.partition(" ")
    if verb.endswith(("s", "sh", "ch", "x", "o")):
        verb += "es"
    elif verb.endswith("y") and verb[-2:-1] not in {"a", "e", "o", "u"}:
        verb = verb[:-1] + "ies"
    elif verb.isalpha():
        verb += "s"
    return f"{verb} {rest}"


class Grammar:
    """The grammar files, read once, and the source of chance."""

    def __init__(self, seed: int) -> None:
        """Read the files."""
        self.attacks, benign, self.languages, slots = (
            yaml.safe_load((_FOLDER / f"{name}.yaml").read_text(encoding="utf-8"))
            for name in ("attacks", "benign", "languages", "slots")
        )
        self.benign = benign
        self.words: dict[str, list[str]] = {**slots["words"], **benign["words"], **self.attacks["words"]}
        for code, language in self.languages.items():
            self.words[f"loot_{code}"] = language["loot"]
        self.goal = ""
        self.chance = random.Random(seed)

    def attacked(self, number: int) -> Iterator[Made]:
        """Yield texts of data with an attack in each."""
        styles = [(name, index) for name, entries in self.attacks["styles"].items() for index in range(len(entries))]
        for turn in range(number):
            if self.chance.random() < LANGUAGES_SHARE:
                style, attack = self._foreign()
                name = style
            else:
                kind, index = styles[turn % len(styles)]
                name, style = f"{kind}-{index}", kind
                self.goal = ""
                attack = self._fill(self.attacks["styles"][kind][index], {})
            before, after, context = self._context()
            text = before + attack + after
            yield Made(
                text=text,
                template=f"{name}/{context}",
                style=style,
                goal=self.goal,
                start=len(before),
                end=len(before) + len(attack),
            )

    def ordinary(self, number: int) -> Iterator[Made]:
        """Yield texts of data without an attack, half of them such as sound like one."""
        families = [(name, index) for name, entries in self.benign["hard"].items() for index in range(len(entries))]
        for turn in range(number):
            chance = self.chance.random()
            if chance < LANGUAGES_SHARE / 2:
                code = self.chance.choice(list(self.languages))
                remark = self._fill(self._pick(self.languages[code]["benign"]), {})
                style, template = f"ordinary-{code}", f"benign-{code}"
            elif turn % 4 == 0:
                remark = self._fill(self._pick(self.benign["remarks"]), {})
                style, template = "ordinary", "remark"
            else:
                kind, index = families[turn % len(families)]
                remark = self._fill(self.benign["hard"][kind][index], {})
                style, template = kind, f"{kind}-{index}"
            if style in self.benign["hard"] and chance < 0.75:
                yield Made(text=remark, template=template, style=style)
            else:
                before, after, context = self._context()
                yield Made(text=before + remark + after, template=f"{template}/{context}", style=style)

    def _foreign(self) -> tuple[str, str]:
        code = self.chance.choice(list(self.languages))
        language = self.languages[code]
        index = self.chance.randrange(len(language["styles"]))
        self.goal = self._pick(language["goals"])
        goal = self._fill(self.goal, {})
        return f"{code}-{index}", self._fill(language["styles"][index], {"g": goal})

    def _context(self) -> tuple[str, str, str]:
        kind = self.chance.choice(list(self.benign["contexts"]))
        before, _, after = self._pick(self.benign["contexts"][kind]).partition("{insert}")
        return self._fill(before, {}), self._fill(after, {}), kind

    def _pick(self, entries: list[str]) -> str:
        return self.chance.choice(entries)

    def _fill(self, template: str, given: Mapping[str, str]) -> str:
        def word(found: re.Match[str]) -> str:
            name, capital = found[1], found[2]
            if name is None:
                return found[0][0]
            if name in given:
                text = given[name]
            elif name in {"goal", "goal_s"}:
                self.goal = self._pick(self.attacks["goals"][self._pick(list(self.attacks["goals"]))])
                text = self._fill(self.goal, given)
                text = third_person(text) if name == "goal_s" else text
            else:
                entry: Any = self._pick(self.words[name])
                text = self._fill(str(entry), given)
            return text[:1].upper() + text[1:] if capital else text

        return _SLOT.sub(word, template)
