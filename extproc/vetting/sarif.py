"""A report as SARIF 2.1.0, for programs that collect findings: places are logical, `server/tool/pointer`."""

from collections.abc import Mapping
from typing import Final

from extproc.mcp.pointer import format_pointer
from extproc.model.message import JsonObject, JsonValue
from extproc.vetting.offer import Kind
from extproc.vetting.report import Family, Remark, Report

SCHEMA: Final = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
_TOPICS: Final = {
    "poisoning": "A definition that speaks to the model",
    "concealed": "Text that persons do not see",
    "shadowing": "Something that passes for what another server has",
    "drift": "A definition that is not the approved one",
    "definition": "A definition that keeps something open",
    "secret": "A secret in a definition",
    "financial": "Financial data in a definition",
    "pii": "Personal data in a definition",
    "custom": "Data in a definition that the operator looks for",
}


class _Places:
    """The logical locations of a run: each once, with the number of the one that it is in."""

    def __init__(self, server: str) -> None:
        self._numbers: dict[str, int] = {}
        self.found: list[JsonValue] = []
        self._server = server
        self._number(server, server, "module", None)

    def of(self, remark: Remark) -> int:
        """Return the number of the place of a remark."""
        number, path = 0, self._server
        if remark.name or remark.kind is not Kind.SERVER:
            name = remark.name or remark.kind.value
            path = f"{path}/{name}"
            number = self._number(f"{remark.kind.value} {path}", path, _KINDS[remark.kind], number, name)
        if remark.pointer:
            pointer = format_pointer(remark.pointer)
            path += pointer
            number = self._number(f"{remark.kind.value} {path}", path, "value", number, pointer)
        return number

    def _number(self, key: str, path: str, kind: str, parent: int | None, name: str | None = None) -> int:
        number = self._numbers.setdefault(key, len(self.found))
        if number == len(self.found):
            place: JsonObject = {"name": name or path, "fullyQualifiedName": path, "kind": kind}
            self.found.append(place if parent is None else {**place, "parentIndex": parent})
        return number


_KINDS: Final = {
    Kind.SERVER: "module",
    Kind.TOOL: "function",
    Kind.PROMPT: "function",
    Kind.RESOURCE: "resource",
    Kind.TEMPLATE: "resource",
}


def sarif_of(report: Report, version: str) -> JsonObject:
    """Return a report as one run of SARIF; `version` is that of this program."""
    places = _Places(report.server or report.target)
    rules = {one.rule: None for one in report.remarks}
    numbers = {rule: number for number, rule in enumerate(rules)}
    results: list[JsonValue] = [_result(one, numbers[one.rule], places) for one in report.remarks]
    described: list[JsonValue] = [_rule(rule, report.families) for rule in rules]
    driver: JsonObject = {"name": "mcp-extproc", "semanticVersion": version, "version": version, "rules": described}
    run: JsonObject = {
        "tool": {"driver": driver},
        "invocations": [{"executionSuccessful": True}],
        "columnKind": "unicodeCodePoints",
        "logicalLocations": places.found,
        "results": results,
        "properties": {"target": report.target, "protocol": report.revision},
    }
    return {"$schema": SCHEMA, "version": "2.1.0", "runs": [run]}


def _rule(rule: str, families: Mapping[str, Family]) -> JsonObject:
    topic, _, entity = rule.partition("/")
    found: JsonObject = {
        "id": rule,
        "name": "".join(word.capitalize() for word in rule.replace("/", "_").replace("-", "_").split("_")),
        "shortDescription": {"text": f"{_TOPICS.get(topic, topic)}: {entity.replace('_', ' ').replace('-', ' ')}"},
    }
    if topic == "poisoning" and entity in families:
        found["fullDescription"] = {"text": families[entity].why}
    return found


def _result(one: Remark, rule: int, places: _Places) -> JsonObject:
    number = places.of(one)
    place = places.found[number]
    properties: JsonObject = {"families": list(one.families), "start": one.start, "end": one.end}
    if one.score is not None:
        properties["score"] = round(one.score, 2)
    subject = f"{one.kind.value} {one.name}" if one.name else one.kind.value
    text = "\n".join((f"{subject}: {one.message}" + (f": {one.excerpt}" if one.excerpt else ""), *one.details))
    locations: list[JsonValue] = []
    if isinstance(place, dict):
        locations.append({"logicalLocations": [{"index": number, "fullyQualifiedName": place["fullyQualifiedName"]}]})
    return {
        "ruleId": one.rule,
        "ruleIndex": rule,
        "level": one.level.value,
        "kind": "fail",
        "message": {"text": text},
        "locations": locations,
        "properties": properties,
    }
