"""GraphQL documents: which operations they hold and, for mutations, what their fields would do."""

import re
from typing import Final

from extproc.classify.codes import Mark
from extproc.classify.names import read_name
from extproc.model.intent import Intent

_LONGEST: Final = 16384
_IGNORED: Final = re.compile(r'"""(?:[^"]|"(?!""))*"""|"(?:[^"\\\n]|\\.)*"|#[^\n]*')
_LOOKS: Final = re.compile(
    r"\A\s*(?:(?:query|mutation|subscription|fragment)\b[^{};=]{0,2000}\{|\{\s*(?:\.\.\.|[A-Za-z_]\w*\s*[({:\s}]))"
)
_TOKEN: Final = re.compile(r"[A-Za-z_]\w*|\.\.\.|[{}():@$]")


def looks_like_graphql(text: str) -> bool:
    """Tell whether a text begins like a GraphQL document."""
    return _LOOKS.match(_IGNORED.sub(" ", text[:4096])) is not None


def read_graphql(text: str) -> tuple[Mark, ...]:  # noqa: C901 (one case for each kind of token)
    """Mark what the operations of a document would do. A document of queries alone is read."""
    if len(text) > _LONGEST:
        return (("argument_too_large", Intent.WRITE),)
    marks: list[Mark] = []
    depth, kind, parens = 0, "", 0
    tokens = _TOKEN.findall(_IGNORED.sub(" ", text))
    for place, token in enumerate(tokens):
        match token:
            case "(":
                parens += 1
            case ")":
                parens -= 1
            case "{" if not parens:
                depth += 1
            case "}" if not parens:
                depth -= 1
                kind = kind if depth > 0 else ""
            case _ if parens or depth > 1:
                continue
            case "query" | "mutation" | "subscription" | "fragment" if depth == 0:
                kind = kind or token
            case _ if depth == 1 and kind == "mutation":
                marks += _field(tokens, place)
    if depth or parens:
        return (("graphql_opaque", Intent.WRITE), *marks)
    return tuple(marks)


def _field(tokens: list[str], place: int) -> list[Mark]:
    """Mark one field of a mutation; an alias, an argument's name and a directive are not fields."""
    token = tokens[place]
    if (
        token in {":", "@", "$", "..."}
        or tokens[place - 1] in {"@", "$"}
        or (place + 1 < len(tokens) and tokens[place + 1] == ":")
    ):
        return [("graphql_mutation", Intent.WRITE)] if token.startswith(".") else []
    reading = read_name(token)
    intent = reading.intent if reading.code is not None and reading.intent is not Intent.READ else Intent.WRITE
    return [("graphql_mutation", intent)]
