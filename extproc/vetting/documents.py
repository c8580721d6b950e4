"""A report as JSON, for programs; members are added to it, and none are taken away within a version."""

from typing import Final

from extproc.mcp.pointer import format_pointer
from extproc.model.message import JsonObject, JsonValue
from extproc.vetting.report import Level, Remark, Report, ToolRow

VERSION: Final = 1
_DIGITS: Final = 2


def document_of(report: Report) -> JsonObject:
    """Return a report as JSON."""
    tools: list[JsonValue] = [_tool(row) for row in report.tools]
    findings: list[JsonValue] = [_remark(one) for one in report.remarks]
    counts: JsonObject = {f"{kind.value}s": count for kind, count in report.counts.items()}
    return {
        "version": VERSION,
        "server": {
            "target": report.target,
            "name": report.server,
            "version": report.version,
            "protocol": report.revision,
            "instructions": report.instructions,
        },
        "clean": report.clean,
        "counts": counts,
        "levels": {f"{level.value}s": report.count(level) for level in Level},
        "tools": tools,
        "findings": findings,
        "families": {name: family.why for name, family in report.families.items()},
    }


def _tool(row: ToolRow) -> JsonObject:
    evidence: list[JsonValue] = [
        {"code": one.code, "intent": one.intent.value, "where": one.where} for one in row.evidence
    ]
    return {
        "name": row.name,
        "intent": row.intent.value,
        "floor": row.floor.value,
        "worst": row.worst.value,
        "evidence": evidence,
        "claims": list(row.claims),
        "pin": row.pin,
        "score": round(row.score, _DIGITS),
        "families": list(row.families),
    }


def _remark(one: Remark) -> JsonObject:
    return {
        "level": one.level.value,
        "rule": one.rule,
        "kind": one.kind.value,
        "name": one.name,
        "pointer": format_pointer(one.pointer),
        "start": one.start,
        "end": one.end,
        "score": round(one.score, _DIGITS) if one.score is not None else None,
        "message": one.message,
        "excerpt": one.excerpt,
        "families": list(one.families),
        "details": list(one.details),
    }
