"""A report as text for a terminal: a table of tools, the remarks with the gravest first, and a summary."""

from collections.abc import Iterator, Sequence
from textwrap import wrap
from typing import Final

from extproc.mcp.pointer import format_pointer
from extproc.pins.showing import cut, printable
from extproc.vetting.offer import Kind
from extproc.vetting.report import UNEXPLAINED, Level, Remark, Report, ToolRow

_HEAD: Final = ("TOOL", "CLASS", "BECAUSE OF", "CLAIMS", "PIN", "SCORE", "SIGNS")
_COLOURS: Final = {Level.ERROR: "31", Level.WARNING: "33", Level.NOTE: "36"}
_PLAIN: Final = "\x1b[0m"
_WIDE: Final = 40
_FEW: Final = 3
_LINE: Final = 110
_INDENT: Final = " " * 9
_PLURALS: Final = {
    Kind.TOOL: "tools",
    Kind.PROMPT: "prompts",
    Kind.RESOURCE: "resources",
    Kind.TEMPLATE: "templates",
}


def lines_of(report: Report, *, coloured: bool = False) -> Iterator[str]:
    """Return the lines of a report; nothing in them is unseen, or commands a terminal."""
    yield _heading(report)
    if report.tools:
        yield ""
        yield from _table([_HEAD, *(_row(row) for row in report.tools)])
    for one in report.remarks:
        if one.rule != UNEXPLAINED:
            yield ""
            yield from _remark(one, report, coloured=coloured)
    yield from _unexplained(report, coloured=coloured)
    yield ""
    yield _summary(report)


def _heading(report: Report) -> str:
    server = " ".join(cut(one, _WIDE) for one in (report.server, report.version) if one)
    counts = [_counted(count, _PLURALS[kind]) for kind, count in report.counts.items() if count or kind is Kind.TOOL]
    if report.instructions:
        counts.append("instructions")
    return f"{report.target}: {server or 'a server without a name'}, MCP {cut(report.revision, _WIDE)}: " + ", ".join(
        counts
    )


def _counted(count: int, things: str) -> str:
    return f"{count} {things if count != 1 else things.removesuffix('s')}"


def _row(row: ToolRow) -> Sequence[str]:
    reach = row.intent.value if row.worst is row.intent else f"{row.intent.value} to {row.worst.value}"
    return (
        cut(row.name, _WIDE),
        reach,
        _few([*dict.fromkeys(one.code for one in row.evidence)]),
        ", ".join(row.claims) or "-",
        row.pin or "-",
        f"{row.score:.2f}",
        _few(row.families),
    )


def _few(names: Sequence[str]) -> str:
    more = f" +{len(names) - _FEW}" if len(names) > _FEW else ""
    return f"{', '.join(names[:_FEW])}{more}" if names else "-"


def _table(rows: Sequence[Sequence[str]]) -> Iterator[str]:
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    for row in rows:
        yield "  ".join(f"{cell:{width}}" for cell, width in zip(row, widths, strict=True)).rstrip()


def _remark(one: Remark, report: Report, *, coloured: bool) -> Iterator[str]:
    level = _level(one.level, coloured=coloured)
    subject = f"{one.kind.value} {cut(one.name, _WIDE)}" if one.name else one.kind.value
    place = f" {printable(format_pointer(one.pointer))}" if one.pointer else ""
    score = f" ({one.score:.2f})" if one.score is not None else ""
    yield f"{level}  {subject}{place}: {printable(one.message)}{score}"
    if one.excerpt:
        yield f'         "{one.excerpt}"'
    for family in one.families:
        why = f": {report.families[family].why}" if family in report.families else ""
        yield f"         {family.replace('_', ' ')}{why}"
    yield from (f"         {printable(line)}" for line in one.details)


def _level(level: Level, *, coloured: bool) -> str:
    word = f"{level.value:7}"
    return f"\x1b[{_COLOURS[level]}m{word}{_PLAIN}" if coloured else word


def _unexplained(report: Report, *, coloured: bool) -> Iterator[str]:
    """Return in one paragraph what most servers have many of."""
    found = [one for one in report.remarks if one.rule == UNEXPLAINED]
    if found:
        yield ""
        tools = _counted(len(found), _PLURALS[Kind.TOOL])
        yield f"{_level(Level.NOTE, coloured=coloured)}  {tools} with text that is not explained:"
        told = "; ".join(f"{cut(one.name, _WIDE)}: {', '.join(one.details)}" for one in found)
        yield from wrap(printable(told), _LINE, initial_indent=_INDENT, subsequent_indent=_INDENT)


def _summary(report: Report) -> str:
    counts = {level: report.count(level) for level in Level}
    told = ", ".join(_counted(count, f"{level.value}s") for level, count in counts.items() if count)
    if report.clean:
        return f"nothing found{f' ({told})' if told else ''}"
    return f"found: {told}"
