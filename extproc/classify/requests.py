"""Objects in arguments that decide as a whole: HTTP requests, named operations, searches of documents."""

from collections.abc import Mapping
from itertools import islice
from typing import Final

from extproc.classify.codes import Mark
from extproc.classify.names import read_name
from extproc.classify.schema import SURE_SELECTORS
from extproc.classify.stores import read_find, read_pipeline
from extproc.classify.subject import Subject
from extproc.classify.tokens import tokenize, word_set
from extproc.classify.web import is_url, method_class, read_request
from extproc.model.intent import Intent
from extproc.model.message import JsonValue

_COLLECTIONS: Final = ("collection", "collection_name", "index")
_METHODS: Final = (
    "method",
    "http_method",
    "httpMethod",
    "request_method",
    "verb",
    "requestMethod",
    "HTTPMethod",
    "type",
)
_TARGETS: Final = (
    "url",
    "uri",
    "endpoint",
    "path",
    "href",
    "route",
    "resource",
    "target",
    "URL",
    "api_path",
    "request_url",
)
_BODIES: Final = (
    "body",
    "data",
    "json",
    "payload",
    "form",
    "files",
    "content",
    "form_data",
    "request_body",
    "requestBody",
    "params_body",
)
# Without any of these, an object is neither a request nor a search of documents.
DECIDING: Final = frozenset((*_TARGETS, *_COLLECTIONS, "pipeline"))
_OVERRIDES: Final = frozenset({"x-http-method-override", "x-http-method", "x-method-override"})
_WEB_WORDS: Final = word_set("http https api rest request web url curl fetch webhook proxy graphql call get post")
# An operation is named among the first members, or not found: then the call is not read.
_LONGEST_NAME: Final = 128
_MEMBERS: Final = 64
_NESTED: Final = ("tool", "tool_name", "toolName", "function", "function_name", "name")
_MANY: Final = word_set("deletemany updatemany delete update updates replace remove modify")


def names_operation(subject: Subject) -> bool:
    """Tell whether an argument may name what the tool does."""
    return subject.decides or not subject.name.sure or subject.selector is not None


def read_object(subject: Subject, members: Mapping[str, JsonValue], *, top: bool) -> tuple[Mark, ...] | None:
    """Mark what an object says the call does; None when it says nothing."""
    found = []
    if not DECIDING.isdisjoint(members):
        found = [each for each in (_request(subject, members), _documents(subject, members)) if each is not None]
    operation = _operation(subject, members, top=top)
    if operation is not None:
        found.append(operation)
    return tuple(mark for each in found for mark in each) if found else None


def _text(members: Mapping[str, JsonValue], keys: tuple[str, ...]) -> str | None:
    for key in keys:
        text = members.get(key)
        if isinstance(text, str) and text:
            return text
    return None


def _request(subject: Subject, members: Mapping[str, JsonValue]) -> tuple[Mark, ...] | None:
    """Mark a request: a method and a target make one; a target alone does for a tool of the web."""
    method = _text(members, _METHODS)
    target = _text(members, _TARGETS)
    if method is not None and method_class(method) is None:
        method = None
    web = any(word in _WEB_WORDS for word in subject.words)
    if target is None or (
        method is None and not (web and (subject.decides or not subject.name.sure or is_url(target)))
    ):
        return None
    body = any(members.get(key) not in (None, "", {}, []) for key in _BODIES)
    if method is None:
        if not (subject.decides or body) or (not web and not is_url(target)):
            return None
        if subject.name.sure and subject.intent is not Intent.READ:
            return None
        method = "POST" if body else "GET"
    return tuple(read_request(_overridden(members) or method, target, body=body, inside=subject.inside))


def _overridden(members: Mapping[str, JsonValue]) -> str | None:
    """Return the method that a header puts in the place of the one that is sent, as many frameworks allow."""
    headers = members.get("headers")
    if isinstance(headers, dict):
        for name, each in islice(headers.items(), _MEMBERS):
            if name.lower() in _OVERRIDES and isinstance(each, str) and method_class(each.strip()) is not None:
                return each.strip()
    return None


def _operation(subject: Subject, members: Mapping[str, JsonValue], *, top: bool) -> tuple[Mark, ...] | None:
    """Read the operation that an argument names, for tools that leave it to their arguments."""
    if not names_operation(subject):
        return None
    for key, each in islice(members.items(), _MEMBERS):
        if not isinstance(each, str) or len(each) > _LONGEST_NAME:
            continue
        if (key == subject.selector and top) or (subject.decides and _selects(subject, key)):
            if key in _METHODS and method_class(each) is not None and _text(members, _TARGETS) is not None:
                continue
            if key == "service" and not (read_name(each).sure and read_name(each).code == "name_verb"):
                # Most services are named by a noun; `turn_on` is an operation of one.
                continue
            return _named(each)
    return None


def _selects(subject: Subject, key: str) -> bool:
    if key in _NESTED:
        return any(word in {"tool", "tools", "function", "call", "invoke", "dispatch"} for word in subject.words)
    return key == "service" or "_".join(tokenize(key)) in SURE_SELECTORS


def _named(operation: str) -> tuple[Mark, ...]:
    reading = read_name(operation)
    if reading.code is None or reading.generic:
        return (("operation_unknown", Intent.WRITE),)
    return () if reading.intent is Intent.READ else (("operation", reading.intent),)


def _documents(subject: Subject, members: Mapping[str, JsonValue]) -> tuple[Mark, ...] | None:
    """Mark searches and changes of documents in a collection: an empty filter means all of them."""
    collection = members.get("collection") or members.get("collection_name") or members.get("index")
    pipeline = members.get("pipeline")
    if isinstance(pipeline, list):
        return read_pipeline(pipeline)
    if not isinstance(collection, str):
        return None
    selection = next((members[key] for key in ("filter", "query", "selector", "where") if key in members), None)
    limit = next((members[key] for key in ("limit", "size", "top", "n") if key in members), None)
    if subject.intent is Intent.READ:
        marks = read_find(collection[:128], selection, limit) if subject.words and _searches(subject) else ()
        return marks or None
    changes = any(word in _MANY for word in subject.words)
    if changes and isinstance(selection, dict) and not selection:
        return (("store_destroy", Intent.DESTRUCTIVE),)
    return None


def _searches(subject: Subject) -> bool:
    return subject.name.verb in {"find", "search", "query", "get", "list", "fetch", "read", "scan", "export"}
