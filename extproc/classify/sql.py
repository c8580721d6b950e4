"""What a SQL statement would do, by its parse; what cannot be parsed is never called a read."""

import re
from functools import lru_cache
from typing import Final

import sqlglot
import sqlglot.parser
from sqlglot import exp
from sqlglot.errors import SqlglotError

from extproc.classify import sql_tables as tables
from extproc.classify.codes import Mark
from extproc.classify.sql_reading import read_select
from extproc.classify.sql_shape import shape_of
from extproc.model.intent import Intent

# Beyond these a parse is too dear (a list of 20 000 values takes 170 ms) or recurses too deep.
_LONGEST: Final = 16384
_NESTING: Final = 120
_MEMBERS: Final = 400
_STATEMENTS: Final = 24
# Shapes whose class is kept, and how long they may be: together they bound what is kept.
_SHAPES: Final = 2048
_KEPT: Final = 4096

# sqlglot logs the text of statements that it passes over; content of messages is never logged.
sqlglot.parser.logger.disabled = True

# The parsers load a dialect when it is first asked for, which would fall on some message.
_DIALECTS: Final = {name: sqlglot.Dialect.get_or_raise(name) for name in ("", *tables.DIALECTS)}
for _dialect in _DIALECTS.values():
    _dialect.parse("SELECT a FROM b WHERE c = 7")

# What parsers make of a word or two that is no statement.
_NO_STATEMENT: Final = (exp.Command, exp.Column, exp.Identifier, exp.Alias, exp.Literal)
_COMMA_LIST: Final = re.compile(r"\(\s*(?:'s'|7|0|99999|null)(?:\s*,\s*(?:'s'|7|0|99999|null))+\s*\)", re.IGNORECASE)
_WRITES: Final = (exp.Insert, exp.Update, exp.Delete, exp.Merge, exp.Create, exp.Drop, exp.Alter, exp.TruncateTable)


def looks_like_sql(text: str) -> bool:
    """Tell whether a text begins like a statement of SQL, not like a sentence with a verb of SQL."""
    head = text[:2048].lstrip()
    if head.startswith(("/*", "--", "#")):
        head = shape_of(head).text
    return tables.LOOKS.match(head) is not None


def read_sql(sql: str) -> tuple[Mark, ...]:
    """Mark what the statements would do; no mark at all means that they only read."""
    if len(sql) > _LONGEST:
        return (("sql_too_large", Intent.WRITE), *_by_words(sql[:_LONGEST]))
    shape = shape_of(sql)
    text = _folded_lists(shape.text)
    marks = list(_of_shape(text) if len(text) <= _KEPT else _read_shape(text))
    if shape.executable:
        marks.append(("sql_executable_comment", Intent.WRITE))
    if shape.ambiguous:
        marks += [("sql_ambiguous", Intent.WRITE), *_by_words(sql)]
    return tuple(marks)


def _folded_lists(text: str) -> str:
    """Fold the lists of constants that remain: a class depends on neither their length nor their values."""
    return _COMMA_LIST.sub("('s')", text)


@lru_cache(maxsize=_SHAPES)
def _of_shape(text: str) -> tuple[Mark, ...]:
    return _read_shape(text)


def _read_shape(text: str) -> tuple[Mark, ...]:
    marks: list[Mark] = []
    pieces = [piece for piece in text.split(";") if piece.strip()]
    if len(pieces) > _STATEMENTS or text.count(",") > _MEMBERS or _depth(text) > _NESTING:
        return (("sql_too_large", Intent.WRITE), *_by_words(text))
    for piece in pieces:
        if _exports(piece):
            marks.append(("sql_export", Intent.EXFILTRATIVE))
        marks += _of_statement(piece)
    return tuple(marks)


def _exports(text: str) -> bool:
    """Tell whether rows leave the database; most statements hold none of the words and are not searched."""
    lowered = text.lower()
    return any(word in lowered for word in tables.EXPORTING) and tables.EXPORTS.search(text) is not None


def _depth(text: str) -> int:
    depth = deepest = 0
    for character in text:
        if character == "(":
            depth += 1
            deepest = max(deepest, depth)
        elif character == ")":
            depth -= 1
    # Prefix operators and CASE nest without parentheses.
    lowered = text.lower()
    return max(deepest, lowered.count("case ") // 2, lowered.count("not ") // 4, text.count("- -"), text.count("~"))


def _of_statement(text: str) -> list[Mark]:
    explained = tables.EXPLAIN.match(text)
    if explained is not None:
        runs = tables.RUNS.search(explained["options"] or explained["words"] or "") is not None
        # A plan shows no rows: only what running the statement changes counts.
        marks = _of_statement(explained["rest"]) if runs and explained["rest"] else []
        return [mark for mark in marks if mark[1] is not Intent.EXFILTRATIVE]
    if tables.HARMLESS.match(text):
        return []
    if tables.GRANTS_ALL.match(text) is not None:
        return [("sql_destroy", Intent.DESTRUCTIVE)]
    tree = _parsed(text)
    if tree is None or isinstance(tree, _NO_STATEMENT):
        return [*_by_words(text), *([] if _exports(text) else [("sql_opaque", Intent.WRITE)])]
    return _of_tree(tree)


def _parsed(text: str) -> exp.Expr | None:
    for dialect in tables.dialects(text):
        try:
            tree = sqlglot.parse_one(text, read=_DIALECTS[dialect])
        except (SqlglotError, RecursionError, ValueError, AttributeError, TypeError):
            continue
        if not isinstance(tree, exp.Command):
            return tree
    return None


def _by_words(text: str) -> list[Mark]:
    """Judge what no parser reads by the words in it, inside strings as well: they may be run."""
    destroys = tables.DESTROYS.search(text) is not None or "'code'" in text
    return [("sql_destroy", Intent.DESTRUCTIVE)] if destroys else []


def _of_tree(tree: exp.Expr) -> list[Mark]:
    marks: list[Mark] = []
    queries: list[exp.Query] = [tree] if isinstance(tree, exp.Query) else []
    if not isinstance(tree, (exp.Query, *_WRITES, *_KNOWN)):
        marks += _harmless(tree)
    for node in tree.walk():
        if _acts(type(node)):  # type: ignore[arg-type]  # the hash of the class, not of its members, is asked for
            marks += _of_node(node)
    for query in queries:
        marks += read_select(query)
    return marks


def _harmless(tree: exp.Expr) -> list[Mark]:
    if isinstance(tree, (exp.Show, exp.Describe, exp.Use, exp.Transaction, exp.Commit, exp.Rollback)):
        return []
    if isinstance(tree, exp.Pragma):
        return [("sql_write", Intent.WRITE)] if tree.find(exp.EQ) else []
    return [("sql_write", Intent.WRITE)]


@lru_cache(maxsize=1024)
def _acts(kind: type[object]) -> bool:
    """Tell whether nodes of a kind may do something: most are columns, tables and literals."""
    return issubclass(kind, _ACTING)


def _of_node(node: exp.Expr) -> list[Mark]:  # noqa: C901, PLR0912 (one case for each kind of node)
    match node:
        case exp.Delete():
            return [("sql_destroy" if _filtered(node) else "sql_unfiltered", Intent.DESTRUCTIVE)]
        case exp.Update() if node.find_ancestor(exp.Merge) is not None:
            return [("sql_write", Intent.WRITE)]
        case exp.Update():
            filtered = _filtered(node)
            return [("sql_write", Intent.WRITE) if filtered else ("sql_unfiltered", Intent.DESTRUCTIVE)]
        case exp.Drop() | exp.TruncateTable() | exp.Kill() | exp.Revoke() | exp.Detach():
            return [("sql_destroy", Intent.DESTRUCTIVE)]
        case exp.Create():
            replaces = bool(node.args.get("replace")) and node.kind == "TABLE"
            return [("sql_destroy", Intent.DESTRUCTIVE) if replaces else ("sql_write", Intent.WRITE)]
        case exp.Insert():
            overwrites = bool(node.args.get("overwrite"))
            return [("sql_destroy", Intent.DESTRUCTIVE) if overwrites else ("sql_write", Intent.WRITE)]
        case exp.Merge() if any(_deletes(when) for when in node.find_all(exp.When)):
            return [("sql_destroy", Intent.DESTRUCTIVE)]
        case exp.Merge() | exp.Alter() | exp.Into() | exp.Grant() | exp.Set():
            return [("sql_write", Intent.WRITE)]
        case exp.Copy() | exp.LoadData() | exp.Attach():
            return [("sql_write", Intent.WRITE)]
        case exp.Lock():
            return [("sql_lock", Intent.WRITE)]
        case exp.Execute():
            return [("sql_opaque", Intent.WRITE)]
        case exp.Func():
            return _function(node)
        case _:
            return []


def _deletes(when: exp.When) -> bool:
    then = when.args.get("then")
    return isinstance(then, exp.Delete) or (isinstance(then, exp.Var) and then.name.upper() == "DELETE")


def _filtered(node: exp.Expr) -> bool:
    """Tell whether a condition limits a change: a comparison of constants (`1 = 1`) or `TRUE` does not."""
    where = node.args.get("where")
    if where is None:
        return False
    return where.find(exp.Column) is not None and not any(
        _always(part) for part in ([where.this, *_alternatives(where.this)])
    )


def _alternatives(condition: exp.Expr) -> list[exp.Expr]:
    return list(condition.flatten()) if isinstance(condition, exp.Or) else []


def _always(part: exp.Expr) -> bool:
    part = part.unnest()
    return (
        part.find(exp.Column) is None
        and not isinstance(part, (exp.Placeholder, exp.Parameter))
        and part.find(exp.Subquery, exp.Select, exp.Placeholder, exp.Parameter) is None
    )


def _function(node: exp.Func) -> list[Mark]:
    name = (node.name if isinstance(node, exp.Anonymous) else node.sql_name()).lower()
    mark = tables.FUNCTIONS.get(name)
    if mark is None:
        return []
    if name in tables.RUN_TEXT and not any(literal.name == "code" for literal in node.find_all(exp.Literal)):
        return [("sql_function", Intent.WRITE)]
    return [mark]


_ACTING: Final = (
    exp.Delete, exp.Update, exp.Drop, exp.TruncateTable, exp.Kill, exp.Revoke, exp.Detach, exp.Create, exp.Insert,
    exp.Merge, exp.Alter, exp.Into, exp.Grant, exp.Set, exp.Copy, exp.LoadData, exp.Attach, exp.Lock, exp.Execute,
    exp.Func,
)  # fmt: skip
_KNOWN: Final = (exp.Grant, exp.Revoke, exp.Kill, exp.Set, exp.Copy, exp.LoadData, exp.Attach, exp.Detach, exp.Execute)

# Much is set up when it is first needed, which would fall on some message.
_read_shape("SELECT a, count(*) FROM b WHERE c = 's' GROUP BY a LIMIT 7")
