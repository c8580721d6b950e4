"""What the input schema of a tool says: which property names the operation, and which take a language."""

from collections.abc import Iterator, Mapping
from typing import Final

from extproc.classify.names import read_name
from extproc.classify.tokens import tokenize, word_set
from extproc.model.intent import RANK, Intent
from extproc.model.message import JsonValue
from extproc.model.value import value

_PROPERTIES: Final = 64
_VALUES: Final = 64
SELECTORS: Final = word_set(
    """
    action operation method command op mode verb type request_type event function subcommand task operation_type
    action_type api_method tool tool_name intent act cmd query_type name
    """
)
# Selectors by name alone, wherever they stand; the others only with an enumeration of verbs.
SURE_SELECTORS: Final = word_set(
    """
    action operation op verb subcommand operation_type action_type api_method method act function
    """
)
_LANGUAGES: Final = word_set(
    """
    sql statement script code command cmd shell rawsql raw_sql sql_query sqlquery commands python_code javascript js
    expression_js query_sql bash powershell program source_code
    """
)


@value
class SchemaReading:
    """What a schema says. `operations` is the mildest and the worst class of what the selector offers."""

    selector: str | None
    operations: tuple[Intent, Intent] | None
    executes: bool
    properties: int


def read_schema(schema: JsonValue) -> SchemaReading:
    """Read the properties of an input schema; what is no schema says nothing."""
    properties = schema.get("properties") if isinstance(schema, dict) else None
    found = properties if isinstance(properties, dict) else {}
    selector, operations, executes = None, None, False
    for name, definition in _bounded(found):
        key = "_".join(tokenize(name))
        executes = executes or (key in _LANGUAGES and _takes_text(definition))
        offered = _offered(definition) if key in SELECTORS and selector is None else []
        readings = [read_name(each) for each in offered]
        classes = [reading.intent for reading in readings if reading.code is not None and reading.sure]
        # One verb among nouns is chance; an enumeration of operations is verbs for the most part.
        if classes and 2 * len(classes) >= len(offered) and (key in SURE_SELECTORS or _verbs(offered)):
            selector = name
            operations = (min(classes, key=RANK.__getitem__), max(classes, key=RANK.__getitem__))
            if len(classes) < len(offered):
                operations = (operations[0], max(operations[1], Intent.WRITE, key=RANK.__getitem__))
    return SchemaReading(
        selector=selector, operations=operations, executes=executes and selector is None, properties=len(found)
    )


def _bounded(properties: Mapping[str, JsonValue]) -> Iterator[tuple[str, JsonValue]]:
    for count, (name, definition) in enumerate(properties.items()):
        if count >= _PROPERTIES:
            return
        yield name, definition


def _takes_text(definition: JsonValue) -> bool:
    return not isinstance(definition, dict) or (
        definition.get("type") in {"string", "array", None} and "enum" not in definition
    )


def _offered(definition: JsonValue) -> list[str]:
    values = definition.get("enum") if isinstance(definition, dict) else None
    return [each for each in values[:_VALUES] if isinstance(each, str)] if isinstance(values, list) else []


def _verbs(offered: list[str]) -> bool:
    """Tell whether each of the values begins with a verb that can be nothing else."""
    readings = [read_name(each) for each in offered]
    return all(reading.code is not None and reading.sure for reading in readings)
