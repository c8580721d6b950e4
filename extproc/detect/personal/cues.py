"""Names of persons behind a cue in prose: a salutation, a title, a role, thanks, the end of a letter."""

import re
from typing import Final

from extproc.detect.detector import Candidate, Validators
from extproc.detect.personal.persons import words_of_name
from extproc.detect.personal.surroundings import named

_ROAD: Final = named(
    "licen[cs]e", "plate", "vehicle", "vin", "car", "taxi", "truck", "van", "trip", "ride", "delivery", "vehicles?"
)
_SPEAKING: Final = re.compile(r",? (?:speaking|calling|here|writing)\b")
_FROM: Final = re.compile(r",? (?:from|with|at) ")
_GREETING: Final = re.compile(r"\b(?:hi|hello|hey|morning|afternoon|evening)\b[^\n]{0,20}$")
_TURN: Final = re.compile(r"(?:^|\n)[\w .-]{1,30}: [^\n]*$")


def _cued(candidate: Candidate) -> float | None:
    """Accept what stands behind a salutation, a title or a role."""
    if candidate.before[-7:].lower() == "driver " and not _ROAD.search(f"{candidate.before} {candidate.after}".lower()):
        return None
    lead = candidate.before.lower()
    if lead.endswith("this is ") and not (
        _SPEAKING.match(candidate.after) or (_FROM.match(candidate.after) and _GREETING.search(lead))
    ):
        return None
    return 0.85 if words_of_name(candidate.text) else None


def _thanked(candidate: Candidate) -> float | None:
    """Accept a name in the turn of a conversation."""
    return 0.8 if _TURN.search(candidate.before) and words_of_name(candidate.text) else None


def _signed(candidate: Candidate) -> float | None:
    """Accept a name on a line of its own behind the end of a letter."""
    return 0.85 if candidate.after[:1] in {"", "\n", "\r", ","} and words_of_name(candidate.text) else None


def _titled(candidate: Candidate) -> float | None:
    """Accept what stands behind a title."""
    return 0.85 if words_of_name(candidate.text) else None


VALIDATORS: Final[Validators] = {
    "person_titled": _titled,
    "person_cued": _cued,
    "person_signed": _signed,
    "person_thanked": _thanked,
}
