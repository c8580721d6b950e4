"""Findings that an operator knows and wants left alone: until a day, and for a reason."""

from collections.abc import Iterable
from dataclasses import dataclass

from extproc.mcp.pointer import PointerPattern, fits
from extproc.model.finding import Finding
from extproc.pipeline.context import Context
from extproc.policy.globs import Globs


@dataclass(frozen=True, slots=True, kw_only=True)
class Suppression:
    """What is left alone: findings that fit everything that is named here.

    `entities` are entities or categories, `fingerprint` that of one value. `until` is in seconds since the epoch: from
    then on nothing is left alone any more. `reason` says why, for who reads the configuration.
    """

    until: float
    reason: str
    entities: frozenset[str] | None = None
    servers: Globs | None = None
    tools: Globs | None = None
    pointer: PointerPattern | None = None
    fingerprint: str | None = None

    def covers(self, finding: Finding, context: Context, tool: str | None) -> bool:
        """Tell whether a finding in a message of this tool is left alone."""
        return (
            context.now < self.until
            and (self.entities is None or not self.entities.isdisjoint((finding.entity, finding.category.value)))
            and (self.fingerprint is None or self.fingerprint == finding.fingerprint)
            and (self.servers is None or self.servers.fit(context.server))
            and (self.tools is None or (tool is not None and self.tools.fit(tool)))
            and (self.pointer is None or fits(finding.pointer, self.pointer))
        )


def without_suppressed(
    findings: tuple[Finding, ...], suppressions: Iterable[Suppression], context: Context, tool: str | None
) -> tuple[tuple[Finding, ...], tuple[Finding, ...]]:
    """Divide findings into those that count and those that are left alone."""
    known = tuple(suppressions)
    if not known or not findings:
        return findings, ()
    counted: list[Finding] = []
    suppressed: list[Finding] = []
    for finding in findings:
        left_alone = any(one.covers(finding, context, tool) for one in known)
        (suppressed if left_alone else counted).append(finding)
    return tuple(counted), tuple(suppressed)
