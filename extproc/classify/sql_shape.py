"""The shape of a statement: its text without comments and with literals folded, keeping what its class depends on.

Statements of one shape have one class, so that a cache by shape holds no content: numbers fold to small or large (a
LIMIT counts), strings to whether they are wildcards or programs.
"""

import re
from typing import Final

from extproc.model.value import value

BULK: Final = 1000
_SMALL: Final = "7"
_LARGE: Final = "99999"

_LEXEME: Final = re.compile(
    r"""(?P<string>[eEnNbBxXuU]?&?'(?:[^']|'')*'(?!'))
      | (?P<identifier>"(?:[^"]|"")*"|`(?:[^`]|``)*`|\[[A-Za-z_][\w\ $#]*\])
      | (?P<dollar>\$(?P<tag>[A-Za-z_]\w*|)\$.*?\$(?P=tag)\$)
      | (?P<executable>/\*M?!\d*)
      | (?P<block>/\*.*?\*/)
      | (?P<line>--[^\n]*|(?<![&|@#])\#(?![>\-&#\w])[^\n]*|(?<![&|@#\w])\#[A-Za-z][^\n]*\Z)
      | (?P<number>(?<![\w$@:])\d+(?:\.\d+)?(?:[eE][+-]?\d+)?\b)
      | (?P<open>'|/\*)
      | (?P<space>\s{2,}|[^\S ])""",
    re.VERBOSE | re.DOTALL,
)
_WILD: Final = re.compile(r"\A'[%_*.]*[^%_]?[%_]*'\Z|\A'%.*'\Z", re.DOTALL)
_DIALECTAL: Final = re.compile(r"\\'|\\\Z|\A'.*\\'", re.DOTALL)
_CODE: Final = re.compile(
    r"\b(?:drop|delete|truncate|insert|update|alter|create|grant|revoke|exec|execute|copy|call|set|merge|replace)\b",
    re.IGNORECASE,
)
_LIKE: Final = re.compile(r"(?:like|ilike|rlike|regexp|similar\s+to|~~?\*?)\s*\Z", re.IGNORECASE)


@value
class Shape:
    """A folded statement. `executable` had a comment that MySQL runs; `ambiguous` quoting that dialects read apart."""

    text: str
    executable: bool
    ambiguous: bool


def shape_of(sql: str) -> Shape:  # noqa: C901 (one case for each kind of lexeme)
    """Fold a statement into its shape in one pass."""
    parts: list[str] = []
    executable = ambiguous = False
    at = 0
    for found in _LEXEME.finditer(sql):
        parts.append(sql[at : found.start()])
        at = found.end()
        text = found.group()
        match found.lastgroup:
            case "string":
                ambiguous = ambiguous or "\\'" in text
                parts.append(_folded(text, parts))
            case "identifier":
                parts.append(text)
            case "dollar" | "tag":
                parts.append("'code'" if _CODE.search(text) else "'s'")
            case "executable":
                executable = True
                parts.append(" ")
            case "number":
                parts.append(_LARGE if float(text) >= BULK else _SMALL if float(text) != 0 else "0")
            case "block":
                parts.append(" ")
            case "line":
                # `--x` is no comment in MySQL, `#` none in other dialects: what stands there may run.
                dialectal = not text.startswith(("-- ", "--\t")) and len(text) > len("--")
                ambiguous = ambiguous or (dialectal and _CODE.search(text) is not None)
                parts.append(" ")
            case "open":
                ambiguous = True
                parts.append(text)
            case _:
                parts.append(" ")
    parts.append(sql[at:])
    text = "".join(parts)
    if executable:
        text = text.replace("*/", " ")
    return Shape(text=text.strip(), executable=executable, ambiguous=ambiguous)


def _folded(text: str, before: list[str]) -> str:
    inner = text[text.index("'") :]
    if _WILD.match(inner) is not None and _LIKE.search("".join(before[-3:])[-24:]):
        return "'%'"
    return "'code'" if _CODE.search(inner) is not None and len(inner) > len("'drop x'") else "'s'"
