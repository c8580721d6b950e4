"""What is a secret because of the name it is given: members of JSON, columns, elements."""

import re
from typing import Final

from extproc.detect.detector import Candidate
from extproc.detect.secrets.forms import nothing, written
from extproc.detect.secrets.labels import SENSITIVE_LABELS, Strength, is_sensitive, strength
from extproc.detect.secrets.letters import gibberish
from extproc.detect.secrets.values import Shape, shape

__all__ = ["SENSITIVE_LABELS", "is_sensitive", "named_secret"]

_SCHEME: Final = re.compile(
    r"(?:bearer|basic|token|apikey|digest|negotiate|aws4-hmac-sha256|bot|key)\s+(?=\S)", re.IGNORECASE
)
_SHORTEST: Final = 4
_LONGEST: Final = 512
_MANY_WORDS: Final = 3


def named_secret(candidate: Candidate) -> float | None:
    """Score a value by the name it has. A password may look like anything; a token or key looks drawn at random.

    A whole string is given more than a part of a text: there `password: string` may be source code.
    """
    text = _SCHEME.sub("", candidate.text.strip(), count=1)
    kind = strength(candidate.label)
    if kind is Strength.NONE or not _SHORTEST <= len(text) <= _LONGEST or nothing(text) or written(text):
        return None
    form = shape(text)
    if kind is Strength.WEAK:
        return 0.8 if form is Shape.RANDOM else None
    if text.count(" ") >= _MANY_WORDS and not gibberish(text):
        return None
    whole = not candidate.before.strip() and not candidate.after.strip()
    quoted = candidate.before[-1:] in {'"', "'"} and candidate.after[:1] == candidate.before[-1:]
    match form:
        case Shape.RANDOM:
            return 0.9
        case Shape.MIXED:
            return 0.85 if kind is Strength.PASSWORD or (whole and len(text) >= 2 * _SHORTEST) else None
        case Shape.WORDS:
            return 0.7 if kind is Strength.PASSWORD and (whole or quoted) and " " not in text else None
        case Shape.NOTHING:
            return None
