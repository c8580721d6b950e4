"""The process of a second opinion: loads one judge, then reads texts and writes scores, a line of JSON for each.

It runs as a script by the Python in which the judge is installed, which need not be the sidecar's own; so it needs only
the standard library. It takes a low priority and one processor at a time, and ends with its input.
"""

import json
import os
import sys
from collections.abc import Callable, Iterable, Mapping
from importlib import import_module
from typing import IO, TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from extproc.threats.second import SecondOpinion

_NICE: Final = 10
# The preset "Medium" of the model's makers: its second output tells texts about injections from injections.
_MAIN: Final = 0.88
_ABOUT: Final = 0.325
_BELOW: Final = 0.49


class Defender:
    """stackone-defender: the model in its wheel, without its patterns."""

    def __init__(self) -> None:
        """Load the model. Raises: `ImportError` when the package, or what its model runs on, is not installed."""
        library: Any = import_module("stackone_defender")
        rule = library.MultiheadConfig(main_threshold=_MAIN, aux_threshold=_ABOUT)
        self._defense = library.create_prompt_defense(
            enable_tier1=False, require_tier2=True, sanitize_content=False, tier2_config={"multihead": rule}
        )
        self._defense.warmup_tier2()

    def score(self, text: str) -> float:
        """See `SecondOpinion`."""
        result = self._defense.defend_tool_result(text, "tool")
        if result.tier2_multihead_blocked:
            return float(result.tier2_score)
        return min(float(result.tier2_raw_score or 0.0), _BELOW)


JUDGES: Final[Mapping[str, "Callable[[], SecondOpinion]"]] = {"stackone-defender": Defender}


def load(name: str) -> "SecondOpinion":
    """Return a judge that leaves the machine to whoever is in a hurry.

    A model takes a thread for each processor that it sees when it is loaded, so that it is shown one; which one it then
    runs on is the system's choice again.
    """
    os.nice(_NICE)
    if not hasattr(os, "sched_setaffinity"):
        return JUDGES[name]()
    allowed = os.sched_getaffinity(0)
    os.sched_setaffinity(0, {min(allowed)})
    try:
        return JUDGES[name]()
    finally:
        os.sched_setaffinity(0, allowed)


def serve(judge: "SecondOpinion", source: Iterable[str], target: IO[str]) -> None:
    """Answer each text until the input ends; a text that the judge fails on is answered with null."""
    decoder = json.JSONDecoder()
    for line in source:
        text = decoder.decode(line)
        try:
            score: float | None = float(min(max(judge.score(text), 0.0), 1.0))
        except Exception:  # noqa: BLE001 (a judge that fails on one text may do well with the next)
            score = None
        print(json.dumps(score), file=target, flush=True)


def main() -> None:
    """Say that the judge is ready, or by the name of the error why not, and serve."""
    answers = os.fdopen(os.dup(1), "w", encoding="ascii")
    os.dup2(2, 1)  # what a judge prints is no answer
    try:
        judge = load(sys.argv[1])
    except Exception as error:  # noqa: BLE001 (whatever it is, it is told)
        print(json.dumps(type(error).__name__), file=answers, flush=True)
        return
    print(json.dumps("ready"), file=answers, flush=True)
    sys.stdin.reconfigure(encoding="utf-8")  # type: ignore[union-attr]  # a TextIO only in name
    serve(judge, sys.stdin, answers)


if __name__ == "__main__":
    main()
