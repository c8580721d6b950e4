"""The name that a value seems to be given in a text: JSON, assignments, headers, YAML, XML, tables and CSV."""

import re
from functools import lru_cache
from typing import Final

_HEAD: Final = 240
_RECORD: Final = 600
_LONGEST: Final = 64
_MOST_WORDS: Final = 6

_HUMPS: Final = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")
_BREAKS: Final = re.compile(r"[\W_]+")
# What may stand between the sign that gives a value and the value.
_OPENING: Final = " \t\"'`([{<\\*"
_SIGNS: Final = frozenset(":=>")
_IDENTIFIER: Final = re.compile(r"[\w.\-\[\]$@/]+\Z")
_TAIL: Final = 80
_HEADING: Final = re.compile(r"[^\W\d_][\w .\-/#()&+']{0,60}\Z")
_TAG: Final = re.compile(r"<([A-Za-z_][\w:.\-]{0,60})(?:\s[^<>]{0,200})?>[^<>]*\Z")
_MEMBER: Final = re.compile(r"[\"']([\w .\-$@/]{1,40})\\?[\"']\s{0,2}:")
_LINE_NAME: Final = re.compile(r"^[ \t>*\-]{0,12}([^\W\d][\w .\-/]{0,40}?)[ \t*]{0,3}[:=]", re.MULTILINE)
_NAMED_BY: Final = re.compile(
    r"[\"']?\b(?:name|key|label|field|variable)\\?[\"']?\s{0,2}[:=]\s{0,2}\\?[\"']?([\w .\-/]{1,60})", re.IGNORECASE
)
VALUE_NAMES: Final = frozenset({"value", "val", "string value", "text value", "default value", "default"})


@lru_cache(maxsize=16384)
def normal(name: str) -> str:
    """Return a name in lower case, its words divided by single spaces: `cardNumber` and `CARD_NUMBER` are the same."""
    return _BREAKS.sub(" ", _HUMPS.sub(" ", name[:_LONGEST])).strip().lower()


def label_at(text: str, start: int, end: int) -> str:
    """Return the normal form of the name given to what stands between two places; empty when there is none."""
    line = text.rfind("\n", 0, start) + 1
    head = text[max(line, start - _HEAD) : start]
    name = _on_line(head) or _tagged(text, start) or _column(text, line, start) or _listed(text, line, head)
    label = normal(name)
    return _named_value(text, start, end) or label if label in VALUE_NAMES else label


def siblings_at(text: str, start: int, end: int) -> str:
    """Return the names of what stands beside a value in the same record, in normal form, divided by newlines."""
    opening = text.rfind("{", max(0, start - _RECORD), start)
    if opening >= 0:
        closing = text.find("}", end, end + _RECORD)
        names = _MEMBER.findall(text, opening, closing if closing >= 0 else end + _RECORD)
        if names:
            return _joined(names)
    line = text.rfind("\n", 0, start) + 1
    table = _table(text, line, start)
    if table is not None:
        return _joined(table[0])
    low = max(text.rfind("\n\n", 0, start), start - _RECORD, 0)
    high = text.find("\n\n", end, end + _RECORD)
    return _joined(_LINE_NAME.findall(text, low, high if high >= 0 else end + _RECORD))


def _joined(names: list[str]) -> str:
    return "\n".join(dict.fromkeys(map(normal, names)))


def _on_line(head: str) -> str:
    """Return the name that the beginning of a line gives to what follows."""
    for quote in ('"', "'"):
        if head.count(quote) % 2:
            opening = head.rfind(quote)
            name = _given(head[:opening]) or _list_name(head[:opening])
            if name:
                return name
    return _given(head) or _in_segment(head) or _list_name(head)


def _given(head: str) -> str:
    """Return the name before a sign that stands at the end."""
    bare = head.rstrip(_OPENING)
    if bare[-1:] not in _SIGNS:
        return ""
    sign = bare[-1]
    left = bare.rstrip(":=>-? \t*")
    if sign == ">" and bare[-2:] not in {"=>", "->"}:
        return ""
    return _name_at_end(left, spaced=sign == ":")


def _name_at_end(left: str, *, spaced: bool) -> str:
    left = left.rstrip("\\")
    quote = left[-1:]
    if quote and quote in "\"'`":
        inner = left[:-1].rstrip("\\")
        opening = inner.rfind(quote)
        return inner[opening + 1 :] if len(inner) - opening <= _LONGEST else ""
    if not spaced:
        found = _IDENTIFIER.search(left, max(0, len(left) - _TAIL))
        return found[0] if found else ""
    segment = re.split(r"[,;|{}\[\]\t!?\"<>]|\. |  ", left[-_TAIL:])[-1].strip(" \t*-#>•")
    words = segment.split()
    return " ".join(words[-_MOST_WORDS:])


def _in_segment(head: str) -> str:
    """Return the name of a value that begins further left, as in `Address: 12 High Street`."""
    segment = head[max(head.rfind(mark) for mark in ",;|{}\t<>") + 1 :]
    for at in range(len(segment) - 1, 0, -1):
        if segment[at] == "=" or (segment[at] == ":" and segment[at + 1 : at + 2] in {" ", '"', "'"}):
            return _name_at_end(segment[:at].rstrip(":= \t*"), spaced=segment[at] == ":")
    return ""


def _list_name(head: str) -> str:
    opening = head.rfind("[")
    return _given(head[:opening]) if opening > 0 and head.find("]", opening) < 0 else ""


def _tagged(text: str, start: int) -> str:
    head = text[max(0, start - _HEAD) : start]
    closing = head.rfind(">")
    if closing < 0 or head.rfind("<") > closing:
        return ""
    found = _TAG.search(head, max(0, head.rfind("<")))
    return found[1].rpartition(":")[2] if found else ""


def _column(text: str, line: int, start: int) -> str:
    table = _table(text, line, start)
    return table[0][table[1]] if table else ""


def _table(text: str, line: int, start: int) -> tuple[list[str], int] | None:
    """Return the headings of the table that a place is in, and the number of its column."""
    if line == 0:
        return None
    block = text.rfind("\n\n", max(0, line - 20_000), line)
    first = block + 2 if block >= 0 else 0
    if first >= line:
        return None
    stop = text.find("\n", first)
    header, head = text[first:stop][:2000].strip("\r"), text[line:start][-4000:]
    rest = text.find("\n", start)
    row = text[line : rest if rest >= 0 else len(text)][:8000]
    for mark in (",", "\t", ";", "|"):
        count = header.count(mark)
        if count and _outside_quotes(row, mark) == count:
            names = [name.strip(" \t\"'*`") for name in header.split(mark)]
            if all(not name or _HEADING.match(name) for name in names):
                return names, _outside_quotes(head, mark)
    return None


def _outside_quotes(row: str, mark: str) -> int:
    return row.count(mark) if '"' not in row else sum(part.count(mark) for part in row.split('"')[::2])


def _listed(text: str, line: int, head: str) -> str:
    """Return the name of the list that an item on a line of its own belongs to."""
    if line == 0 or head.strip(" \t-\"'*•"):
        return ""
    indent = len(head) - len(head.lstrip())
    stop = line - 1
    for _ in range(20):
        begin = text.rfind("\n", 0, max(stop, 0)) + 1
        above = text[begin:stop][:200]
        bare = above.rstrip(" \t\r[(|>")
        if bare.endswith((":", "=")) and len(above) - len(above.lstrip()) <= indent:
            return _given(bare)
        if begin == 0:
            break
        stop = begin - 1
    return ""


def _named_value(text: str, start: int, end: int) -> str:
    """Return what names a member that is only called value: the name beside it in the same record."""
    low = max(text.rfind("{", max(0, start - _RECORD), start), start - _HEAD, 0)
    names = _NAMED_BY.findall(text, low, start)
    if names:
        return normal(names[-1])
    closing = text.find("}", end, end + _HEAD)
    found = _NAMED_BY.search(text, end, closing) if closing >= 0 else None
    return normal(found[1]) if found else ""
