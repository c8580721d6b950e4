"""What a query hands out: whether it reads personal data in bulk or credentials at all.

A query is bounded by a small limit, by returning only aggregates, or by a key: an equality on a column that is no flag
(`status`, `country`). A range or a wildcard bounds nothing.
"""

from typing import Final

from sqlglot import exp

from extproc.classify.codes import Mark
from extproc.classify.sensitive import names_credential, names_credential_store, names_persons, personal_column
from extproc.classify.sql_shape import BULK
from extproc.classify.sql_tables import FLAG_COLUMNS
from extproc.classify.tokens import tokenize
from extproc.model.intent import Intent

_COLLECTING: Final = (exp.GroupConcat, exp.ArrayAgg, exp.JSONArrayAgg, exp.JSONObjectAgg, exp.ArrayConcatAgg)
_SECRET: Final[Mark] = ("sql_secret", Intent.EXFILTRATIVE)


def read_select(query: exp.Query, *, bounded: bool = False) -> list[Mark]:
    """Mark what a query and the queries it returns rows of hand out."""
    match query:
        case exp.Select():
            return _select(query, bounded=bounded)
        case exp.Subquery():
            inner = query.this
            return read_select(inner, bounded=bounded or _limited(query)) if isinstance(inner, exp.Query) else []
        case exp.SetOperation():
            limited = bounded or _limited(query)
            return [
                *_ctes(query, bounded=limited),
                *(mark for side in (query.left, query.right) for mark in read_select(side, bounded=limited)),
            ]
        case _:
            pass
    # `TABLE users` and other forms that return whole tables.
    names = [table.name for table in query.find_all(exp.Table)]
    return [("sql_bulk", Intent.EXFILTRATIVE)] if any(names_persons(name) for name in names) else []


def _select(select: exp.Select, *, bounded: bool) -> list[Mark]:
    where = select.args.get("where")
    keyed = where is not None and _selective(where.this)
    projections = select.expressions
    aggregated = bool(projections) and all(_aggregate(each) for each in projections)
    bounded = bounded or aggregated or keyed or _limited(select)
    tables = [table for table in _sources(select) if isinstance(table, exp.Table)]
    marks = _own(tables, projections, bounded=bounded, aggregated=aggregated, wide=where is not None and not keyed)
    for source in _sources(select):
        if isinstance(source, exp.Query):
            marks += read_select(source, bounded=bounded)
    return [*marks, *_ctes(select, bounded=bounded)]


def _ctes(query: exp.Query, *, bounded: bool) -> list[Mark]:
    return [
        mark for cte in query.ctes if isinstance(cte.this, exp.Query) for mark in read_select(cte.this, bounded=bounded)
    ]


def _sources(select: exp.Select) -> list[exp.Expr]:
    source = select.args.get("from_") or select.args.get("from")
    joined = [join.this for join in select.args.get("joins") or ()]
    return [each for each in ((source.this if source is not None else None), *joined) if each is not None]


def _own(
    tables: list[exp.Table], projections: list[exp.Expr], *, bounded: bool, aggregated: bool, wide: bool
) -> list[Mark]:
    persons = any(names_persons(table.name) for table in tables)
    star = any(isinstance(each, exp.Star) or each.find(exp.Star) for each in projections) and not aggregated
    columns = [] if aggregated else [column.name for each in projections for column in each.find_all(exp.Column)]
    if aggregated:
        columns = [
            column.name
            for each in projections
            for node in each.find_all(*_COLLECTING)
            for column in node.find_all(exp.Column)
        ]
    marks: list[Mark] = []
    stores = any(names_credential_store(table.name) for table in tables)
    if (stores and (star or any(names_credential(name) or _is_value(name) for name in columns))) or any(
        names_credential(name) for name in columns
    ):
        marks.append(_SECRET)
    collected = aggregated and bool(columns)
    personal = (persons and star) or any(personal_column(name, in_person_table=persons) for name in columns)
    if personal and (not bounded or collected):
        marks.append(("sql_wide_filter" if wide else "sql_bulk", Intent.EXFILTRATIVE))
    return marks


def _is_value(name: str) -> bool:
    return name.lower() in {
        "value",
        "data",
        "content",
        "hash",
        "key",
        "plaintext",
        "rolpassword",
        "usename",
        "authentication_string",
    }


def _limited(query: exp.Query) -> bool:
    for key in ("limit", "fetch"):
        limit = query.args.get(key)
        if limit is None:
            continue
        number = limit.find(exp.Literal)
        if number is not None and not number.is_string and float(number.name) < BULK:
            return limit.args.get("limit_options") is None or "PERCENT" not in limit.sql().upper()
    return False


def _aggregate(projection: exp.Expr) -> bool:
    inner = projection.unalias()
    if isinstance(inner, exp.Literal):
        return True
    return (
        inner.find(exp.AggFunc) is not None
        and inner.find(exp.Window) is None
        and all(column.find_ancestor(exp.AggFunc) is not None for column in inner.find_all(exp.Column))
    )


def _selective(condition: exp.Expr) -> bool:
    """Tell whether a condition picks few rows: any part of an AND, every part of an OR."""
    match condition:
        case exp.Paren():
            return _selective(condition.this)
        case exp.And():
            return any(_selective(part) for part in condition.flatten())
        case exp.Or():
            return all(_selective(part) for part in condition.flatten())
        case exp.EQ() | exp.NullSafeEQ():
            return _key(condition.left, condition.right) or _key(condition.right, condition.left)
        case exp.In():
            return _column(condition.this) and condition.args.get("query") is None
        case exp.Like() | exp.ILike():
            return _column(condition.this) and condition.expression.name != "%"
        case _:
            return False


def _key(column: exp.Expr, other: exp.Expr) -> bool:
    return _column(column) and not isinstance(other, (exp.Boolean, exp.Null)) and other.find(exp.Column) is None


def _column(node: exp.Expr) -> bool:
    """Tell whether a node is a column whose values tell rows apart."""
    column = node.find(exp.Column)
    words = tokenize(column.name) if column is not None else ()
    return bool(words) and words[0] not in {"is", "has"} and words[-1] not in FLAG_COLUMNS
