"""The policy of one namespace: taken from its ConfigMaps, checked against the floor alone, and made one of many.

Names and ids get the namespace in front. Two teams may then call their rules alike, and none can take an id away from
another; what is written is otherwise what the team wrote. Roles are written out as the rules they stand for, because
their ids have no place for a namespace. Tests are left out once they have passed: the sidecar would run those of all
namespaces whenever one changes, and a stricter floor may fail what a test expects without the policy being looser.
"""

import hashlib
from collections.abc import Iterator, Sequence
from copy import deepcopy
from dataclasses import dataclass
from typing import Any, Final

import yaml

from extproc.config.faults import ConfigError, Fault
from extproc.config.policy_file import PolicyFile, failures, joined, parse_file
from extproc.config.policy_model import API_VERSION
from extproc.config.vocabulary import Vocabulary
from extproc.kubernetes.values import text, words
from extproc.model.message import JsonObject
from extproc.policy.rules import LayerKind

_SUFFIXES: Final = (".yaml", ".yml")
_LONGEST_NAME: Final = 64
_LONGEST_PREFIX: Final = 24
DENIED: Final = "denied"  # the name of a layer that stands where no good policy is


@dataclass(frozen=True, slots=True, kw_only=True)
class Caps:
    """How much one namespace may ask of a sidecar that serves all of them."""

    bytes: int = 131_072
    rules: int = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Bound:
    """A policy that was found good: its text as it is written down, and what that is read as."""

    text: bytes
    file: PolicyFile


def checked(
    namespace: str,
    config_maps: Sequence[JsonObject],
    floor: Sequence[PolicyFile],
    caps: Caps,
    vocabulary: Vocabulary,
) -> Bound:
    """Return the policy of a namespace above the floor, its tests passed. Raises: `ConfigError` with every fault."""
    place, data = _only(namespace, config_maps)
    if len(data) > caps.bytes:
        raise _fault(place, f"larger than {caps.bytes} bytes, which is the most for one namespace")
    written = parse_file(data, place, vocabulary)
    _check_scope(written, namespace)
    if len(written.layer.rules) > caps.rules:
        raise _fault(place, f"more than {caps.rules} rules, which is the most for one namespace")
    fit(written, floor, vocabulary)
    renamed = _renamed(written, namespace)
    bound = parse_file(renamed, f"{namespace}.yaml", vocabulary)
    fit(bound, floor, vocabulary)
    return Bound(text=renamed, file=bound)


def fit(file: PolicyFile, floor: Sequence[PolicyFile], vocabulary: Vocabulary) -> None:
    """Check one policy and its tests above the floor, with no other beside it. Raises: `ConfigError`."""
    files = [*floor, file]
    joined(files)
    if faults := failures(file, files, vocabulary.detection):
        raise ConfigError(faults)


def denying(namespace: str) -> bytes:
    """Return a layer that denies everything in a namespace."""
    prefix = prefix_of(namespace)
    metadata = {
        "name": f"{prefix}{DENIED}",
        "description": "Stands until there is a good policy.",
        "layer": "namespace",
        "namespaces": [namespace],
    }
    rule = {"id": f"{prefix}no-policy", "effect": "deny", "reason": "the policy of this namespace cannot be used"}
    return _dump({"apiVersion": API_VERSION, "kind": "Policy", "metadata": metadata, "spec": {"rules": [rule]}})


def prefix_of(namespace: str) -> str:
    """Return what names and ids of a namespace begin with; no namespace has a dot or an underscore in its name."""
    if len(namespace) > _LONGEST_PREFIX:
        digest = hashlib.sha256(namespace.encode()).hexdigest()[:8]
        namespace = f"{namespace[: _LONGEST_PREFIX - 9]}_{digest}"
    return f"{namespace}."


def _only(namespace: str, config_maps: Sequence[JsonObject]) -> tuple[str, bytes]:
    """Return the one policy in the ConfigMaps of a namespace: a file is exchanged whole, several are not."""
    found = [
        (f"{namespace}/{text(one, 'metadata', 'name')}/{key}", value.encode())
        for one in config_maps
        for key, value in sorted(words(one, "data").items())
        if key.endswith(_SUFFIXES)
    ]
    if len(found) == 1:
        return found[0]
    place = found[1][0] if found else f"{namespace}/{text(config_maps[0], 'metadata', 'name')}"
    raise _fault(place, "a namespace has one policy here: one key that ends in .yaml, in one ConfigMap")


def _check_scope(file: PolicyFile, namespace: str) -> None:
    layer = file.layer
    if layer.kind is LayerKind.NAMESPACE and layer.scope is not None and layer.scope.patterns == (namespace,):
        return
    message = f"a policy from this namespace says 'layer: namespace' and 'namespaces: [{namespace}]', and nothing else"
    raise ConfigError([file.source.fault(("metadata",), message)])


def _renamed(file: PolicyFile, namespace: str) -> bytes:
    """Write a policy with the namespace before its names, and without its tests."""
    prefix = prefix_of(namespace)
    document: dict[str, Any] = deepcopy(_mapping(file.source.document))
    document.pop("tests", None)
    metadata, spec = document["metadata"], document["spec"]
    metadata["name"] = _long(file, ("metadata", "name"), f"{prefix}{metadata['name']}", prefix)
    rules = spec.get("rules") or []
    for index, rule in enumerate(rules):
        rule["id"] = _long(file, ("spec", "rules", index, "id"), f"{prefix}{rule['id']}", prefix)
    if roles := spec.pop("roles", None):
        taken = {rule["id"] for rule in rules}
        spec["rules"] = [*_written_out(roles, prefix, taken), *rules]
    return f"# Of {file.source.file}, with the namespace before its names.\n".encode() + _dump(document)


def _written_out(roles: Sequence[dict[str, Any]], prefix: str, taken: set[str]) -> Iterator[dict[str, Any]]:
    """Write roles as the rules they stand for: whoever holds one must be vouched for."""
    for role in roles:
        holders = {name: role[name] for name in ("groups", "subjects", "agents") if role.get(name)}
        for grant in role["allow"]:
            match = {
                "direction": "client_to_server",
                "verified": True,
                **(holders or {"roles": [role["role"]]}),
                **grant,
            }
            word = f"{prefix}role.{role['role'].lower()}"[: _LONGEST_NAME - 5]
            name = next(one for one in _candidates(word) if one not in taken)
            taken.add(name)
            yield {"id": name, "effect": "allow", "match": {key: value for key, value in match.items() if value}}


def _candidates(word: str) -> Iterator[str]:
    yield word
    number = 1
    while True:
        number += 1
        yield f"{word}.{number}"


def _long(file: PolicyFile, path: tuple[str | int, ...], name: str, prefix: str) -> str:
    if len(name) <= _LONGEST_NAME:
        return name
    message = f"with the namespace before it, it is too long: at most {_LONGEST_NAME - len(prefix)} characters here"
    raise ConfigError([file.source.fault(path, message)])


def _mapping(value: object) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise TypeError("a policy that was read is a mapping")
    return value


class _Writer(yaml.SafeDumper):
    """Writes every text in quotes: so it is read as the text that it is, by whatever version of YAML."""

    def ignore_aliases(self, data: Any) -> bool:  # noqa: ANN401, ARG002 - as PyYAML has it
        return True


_Writer.add_representer(str, lambda writer, text: writer.represent_scalar("tag:yaml.org,2002:str", text, style='"'))


def _dump(document: dict[str, Any]) -> bytes:
    return yaml.dump(document, Dumper=_Writer, sort_keys=False, width=1_000_000, encoding="utf-8")


def _fault(file: str, message: str) -> ConfigError:
    return ConfigError([Fault(file=file, line=1, column=1, where="", message=message)])
