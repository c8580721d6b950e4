"""The scan of one message: one pass over all of its texts, a judgement of what the pass points at, and findings."""

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from itertools import chain, islice
from typing import Final

from extproc.detect.detector import Detector, Validators
from extproc.detect.encodings import Unfolding
from extproc.detect.fingerprints import fingerprint
from extproc.detect.found import Found
from extproc.detect.leaves import Leaves
from extproc.detect.lines import LeafLines, Lines, ViewLines, always_apart, apart, least_digits
from extproc.detect.matching import Engine
from extproc.detect.named import NAMED, named_values
from extproc.detect.overlap import resolved
from extproc.detect.passing import Pass
from extproc.detect.personal.members import MEMBER_ENTITIES, named_members
from extproc.detect.rules import Rule
from extproc.detect.surroundings import Surroundings
from extproc.mcp.pointer import Pointer
from extproc.model.finding import Finding
from extproc.model.message import JsonValue
from extproc.model.value import value

MAX_FINDINGS: Final = 1000
# Several detectors may find the same place; what they find is counted before it is known which of them counts.
_MOST_FOUND: Final = 4 * MAX_FINDINGS
# What is found by the names of members, whichever detectors there are.
NAMED_ENTITIES: Final = MEMBER_ENTITIES | {NAMED.entity}
NAMED_DETECTORS: Final = frozenset({NAMED.id})


@value
class Scan:
    """What a message holds. `incomplete` when a limit was reached, so that there may be more.

    `media` are images and sounds, which are not looked into.
    """

    findings: tuple[Finding, ...]
    incomplete: bool = False
    media: tuple[Pointer, ...] = ()


def nothing_skipped(_pointer: Pointer) -> bool:
    """Skip no part of a message."""
    return False


class Scanner:
    """All detectors, made ready once. Pure, and safe to use from several threads."""

    def __init__(
        self,
        detectors: Sequence[Detector],
        validators: Validators,
        engine: Engine,
        *,
        key: bytes,
        off: AbstractSet[str] = frozenset(),
    ) -> None:
        """Take detectors, an engine for their expressions in this order, and the key of the fingerprints.

        Values that only the name of their member tells have no detector in the list: those whose entity or detector is
        `off` are no findings. Raises: `PatternError`; `KeyError` when a validator is not there.
        """
        self._rules = [Rule(detector, validators, engine.locator) for detector in detectors]
        self._engine = engine
        self._key = key
        self._off = frozenset(off)
        self._least = least_digits(detectors)
        self._apart = apart(detectors) if engine.every_end else always_apart

    def prepare(self) -> None:
        """Compile now what is otherwise compiled when first needed: a second of work, for a thread beside the start."""
        for rule in self._rules:
            rule.prepare()

    def names(self) -> frozenset[str]:
        """Return the entities that findings can have."""
        named = NAMED_ENTITIES - self._off if NAMED.id not in self._off else MEMBER_ENTITIES - self._off
        return named.union(rule.detector.entity for rule in self._rules)

    def scan_text(self, text: str) -> Scan:
        """Scan one text."""
        return self.scan(text)

    def scan(self, document: JsonValue, *, skip: Callable[[Pointer], bool] = nothing_skipped) -> Scan:
        """Scan a document, except for the members that `skip` names by their pointers."""
        leaves = Leaves(document, least=self._least)
        around = Surroundings(leaves)
        unfolding = Unfolding()
        found: defaultdict[int, list[Found]] = defaultdict(list)
        lines: Lines | None = LeafLines(leaves, self._apart)
        complete, count = True, 0
        while lines is not None:
            one_pass = Pass(lines, self._engine, len(self._rules))
            for leaf, one in islice(one_pass.found(self._rules, around), _MOST_FOUND - count):
                found[leaf].append(one)
                count += 1
            complete &= one_pass.complete and count < _MOST_FOUND
            if not complete:
                break  # the message is more than can be redacted: what else is in it changes nothing
            views = unfolding.next(one_pass.encoded())
            lines = ViewLines(views) if views else None
        for leaf, one in chain(named_values(leaves, around), named_members(leaves, around)):
            if self._off.isdisjoint((one.entity, one.detector)):
                found[leaf].append(one)
        findings = sorted(self._findings(leaves, found, skip), key=_order) if found else []
        complete &= unfolding.complete and len(findings) <= MAX_FINDINGS
        media = (leaves.pointer(leaf) for leaf in leaves.media)
        return Scan(
            findings=tuple(findings[:MAX_FINDINGS]),
            incomplete=not complete,
            media=tuple(pointer for pointer in media if not skip(pointer)),
        )

    def _findings(
        self, leaves: Leaves, found: Mapping[int, list[Found]], skip: Callable[[Pointer], bool]
    ) -> Iterator[Finding]:
        for leaf, those in found.items():
            in_key = leaves.is_name(leaf)
            pointers = leaves.pointers_of_name(leaves.texts[leaf]) if in_key else [leaves.pointer(leaf)]
            pointers = [pointer for pointer in pointers if not skip(pointer)]
            for one in resolved(those) if pointers else ():
                print_of = fingerprint(self._key, one)
                for pointer in pointers:
                    yield Finding(
                        category=one.category,
                        entity=one.entity,
                        detector=one.detector,
                        pointer=pointer,
                        start=one.start,
                        end=one.end,
                        score=one.score,
                        fingerprint=print_of,
                        in_key=in_key,
                    )


def _order(finding: Finding) -> tuple[list[tuple[bool, str | int]], bool, int]:
    return ([(isinstance(part, str), part) for part in finding.pointer], finding.in_key, finding.start)
