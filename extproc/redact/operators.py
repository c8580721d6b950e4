"""What stands in place of a value: the operator that policy asks for, and the mark that it leaves."""

import base64
import hmac
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Final

from extproc.detect.fingerprints import normalised
from extproc.model.finding import Category, Finding
from extproc.model.marks import DIGEST_LETTERS, PSEUDONYM_LETTERS, named, redacted
from extproc.model.value import value
from extproc.policy.obligations import LENIENCY, Obligations, Operator

# What a mask shows of a value, from which length on, and how many stars stand for the rest at most.
_SHOWN: Final = 4
_LEAST_SHOWN: Final = 8
_STARS: Final = 12
# More letters than the longest mark has, and a whole number of them.
_DIGEST_BYTES: Final = 20
_SHOWABLE: Final = re.compile(r"[^\w.@+-]")


@value
class Treated:
    """A finding and what becomes of it."""

    finding: Finding
    operator: Operator


@value
class Sort:
    """What a value is, and what becomes of it."""

    operator: Operator
    entity: str
    category: Category


def strictest(sorts: Iterable[Sort]) -> Sort:
    """Return the sort that wins where several meet; of equally strict ones always the same."""
    return min(sorts, key=lambda sort: (LENIENCY[sort.operator], sort.entity, sort.category))


def treated(findings: Iterable[Finding], obligations: Obligations) -> tuple[Treated, ...]:
    """Return the findings that policy wants something done with.

    A secret is never kept to be given back: where a rule by its entity asks for that, it is redacted.
    """
    found: list[Treated] = []
    for finding in findings:
        operator = obligations.operator(finding.entity, finding.category)
        if operator is Operator.TOKENIZE and finding.category is Category.SECRET:
            operator = Operator.REDACT
        if operator is not None:
            found.append(Treated(finding=finding, operator=operator))
    return tuple(found)


@dataclass(frozen=True, slots=True, kw_only=True)
class Marking:
    """Everything that marks are made from.

    `tenant` and `scope` say within what equal values get equal pseudonyms: the tenant, and of it a session or a
    principal. Digests are equal within the tenant. `letters` are what the vault gave for a value, by entity and value;
    what it did not take is redacted.
    """

    key: bytes = field(repr=False)
    tenant: str
    scope: str
    letters: Mapping[tuple[str, str], str] = field(default_factory=dict, repr=False)

    def mark(self, sort: Sort, text: str) -> str:
        """Return what stands in place of the text. It has no quote and no backslash."""
        match sort.operator:
            case Operator.DROP | Operator.REDACT:
                return redacted(sort.entity)
            case Operator.HASH:
                return named(sort.entity, self._letters("digest", sort.entity, text)[:DIGEST_LETTERS])
            case Operator.MASK:
                return masked(text)
            case Operator.PSEUDONYM:
                letters = self._letters("pseudonym", self.scope, sort.entity, normalised(text, sort.category))
                return named(sort.entity, letters[:PSEUDONYM_LETTERS])
            case Operator.TOKENIZE:
                letters = self.letters.get((sort.entity, text), "")
                return named(sort.entity, letters) if letters else redacted(sort.entity)

    def _letters(self, *parts: str) -> str:
        return keyed_letters(self.key, self.tenant, *parts)


def keyed_letters(key: bytes, *parts: str) -> str:
    """Return 32 letters of a keyed digest of the parts in base32; no two lists of parts are digested alike."""
    encoded = [part.encode("utf-8", "surrogatepass") for part in parts]
    framed = b"".join(len(part).to_bytes(8, "big") + part for part in encoded)
    return base64.b32encode(hmac.digest(key, framed, "sha256")[:_DIGEST_BYTES]).decode().lower()


def masked(text: str) -> str:
    """Return stars, and from eight characters on the last four; of these nothing that a text could have to escape."""
    if len(text) < _LEAST_SHOWN:
        return "*" * len(text)
    hidden = len(text) - _SHOWN
    return "*" * min(hidden, _STARS) + _SHOWABLE.sub("*", text[hidden:])
