"""What the input schema of a tool says: which property names the operation, and which take a language."""

from collections.abc import Iterator, Mapping
from typing import Final

from extproc.classify.names import read_name
from extproc.classify.tokens import tokenize, word_set
from extproc.classify.verbs import NOUNS_TOO, verb_class
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


# Where a tool puts a file on the disk of whoever runs the server.
_SAVED_TO: Final = word_set("output save saved destination dest target local out")
_FILES: Final = word_set("path file filename filepath dir directory folder destination audio image video")
_AMOUNTS: Final = word_set("amount amounts")


@value
class SchemaReading:
    """What a schema says.

    `operations` is the mildest and the worst class of what the selector offers; `selects` tells that an operation is
    asked for, also one that is not enumerated. `demands` tells that no call is valid without some argument, `saves`
    that a place for a file is asked for, `pays` that an amount is.
    """

    selector: str | None = None
    operations: tuple[Intent, Intent] | None = None
    executes: bool = False
    selects: bool = False
    demands: bool = False
    saves: bool = False
    pays: bool = False


def read_schema(schema: JsonValue) -> SchemaReading:
    """Read the properties of an input schema; what is no schema says nothing."""
    if not isinstance(schema, dict):
        return SchemaReading()
    properties = schema.get("properties")
    found = properties if isinstance(properties, dict) else {}
    keys = {"_".join(tokenize(name)) for name, _ in _bounded(found)}
    selector, operations = _selector(found)
    return SchemaReading(
        selector=selector,
        operations=operations,
        executes=selector is None
        and any("_".join(tokenize(name)) in _LANGUAGES and _takes_text(each) for name, each in _bounded(found)),
        selects=not keys.isdisjoint(SURE_SELECTORS),
        demands=bool(schema.get("required")),
        saves=any(_place(key.split("_")) for key in keys),
        pays=any(not _AMOUNTS.isdisjoint(key.split("_")) for key in keys),
    )


def _selector(properties: Mapping[str, JsonValue]) -> tuple[str | None, tuple[Intent, Intent] | None]:
    """Return the property whose enumeration holds operations, and the mildest and the worst of them."""
    for name, definition in _bounded(properties):
        key = "_".join(tokenize(name))
        offered = _offered(definition) if key in SELECTORS else []
        readings = [read_name(each) for each in offered]
        classes = [reading.intent for reading in readings if reading.code is not None and reading.sure]
        # One verb among nouns is chance; an enumeration of operations is verbs for the most part.
        if (
            classes
            and 2 * len(classes) >= len(offered)
            and (_verbs(offered) or (key in SURE_SELECTORS and _acts(offered)))
        ):
            worst = max(classes, key=RANK.__getitem__)
            if len(classes) < len(offered):
                worst = max(worst, Intent.WRITE, key=RANK.__getitem__)
            return name, (min(classes, key=RANK.__getitem__), worst)
    return None, None


def _place(words: list[str]) -> bool:
    """Tell whether a property names a place to which something is saved: `output_path`, `save_dir`, `local_file`."""
    return len(words) > 1 and words[-1] in _FILES and not _SAVED_TO.isdisjoint(words[:-1])


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


def _acts(offered: list[str]) -> bool:
    """Tell whether one of the values is a verb and no noun: `version, diagnostics` are things to be shown."""
    return any(verb_class(word) is not None and word not in NOUNS_TOO for each in offered for word in tokenize(each))


def _verbs(offered: list[str]) -> bool:
    """Tell whether each of the values begins with a verb that can be nothing else."""
    readings = [read_name(each) for each in offered]
    return all(reading.code is not None and reading.sure for reading in readings)
