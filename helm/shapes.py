"""Parts of JSON Schemas: records that take no unknown key, and the few shapes of Kubernetes that values carry on."""

from typing import Any, Final, TypeAlias

Schema: TypeAlias = dict[str, Any]


def record(**properties: Schema) -> Schema:
    """Return an object of these members and no others."""
    return {"type": "object", "additionalProperties": False, "properties": properties}


def records(name: str, value: Schema) -> Schema:
    """Return an object whose members are all of one kind; their names fit a pattern."""
    return {"type": "object", "propertyNames": {"pattern": name}, "additionalProperties": value}


def items(value: Schema) -> Schema:
    """Return a list of one kind."""
    return {"type": "array", "items": value}


def text(pattern: str | None = None) -> Schema:
    """Return a text, of a pattern."""
    return {"type": "string"} if pattern is None else {"type": "string", "pattern": pattern}


def choice(*words: str) -> Schema:
    """Return one of these words."""
    return {"type": "string", "enum": list(words)}


def number(least: int, most: int) -> Schema:
    """Return a whole number within bounds."""
    return {"type": "integer", "minimum": least, "maximum": most}


def nothing_or(value: Schema) -> Schema:
    """Return a text of a pattern that may be empty, too."""
    return {"type": "string", "pattern": f"^$|{value['pattern']}"}


BOOLEAN: Final[Schema] = {"type": "boolean"}
TEXT: Final[Schema] = text()
FREE: Final[Schema] = {"type": "object"}
SECONDS: Final = number(0, 86_400)
DNS_LABEL: Final = text(r"^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$")
OBJECT_NAME: Final = text(r"^[a-z0-9]([a-z0-9.-]{0,251}[a-z0-9])?$")
SECRET_NAME: Final = OBJECT_NAME
SECRET_KEY: Final = text(r"^[A-Za-z0-9._-]{1,253}$")
DIGEST: Final = text(r"^(sha256:[0-9a-f]{64})?$")
TEXTS: Final = records(r"^[A-Za-z0-9]([A-Za-z0-9./_-]*[A-Za-z0-9])?$", text(r"^[A-Za-z0-9._-]*$"))
ANNOTATIONS: Final = records(r"^[A-Za-z0-9]([A-Za-z0-9./_-]*[A-Za-z0-9])?$", TEXT)
PORTS: Final = items(number(1, 65535))

_QUANTITY: Final[Schema] = {"type": ["string", "number"], "pattern": r"^[0-9]+(\.[0-9]+)?(m|k|Ki|M|Mi|G|Gi|T|Ti)?$"}
_QUANTITIES: Final = records(r"^[a-z][a-z0-9./-]*$", _QUANTITY)
CONTAINER_RESOURCES: Final = record(requests=_QUANTITIES, limits=_QUANTITIES)

_SELECTOR: Final = record(
    matchLabels=TEXTS,
    matchExpressions=items(
        record(key=TEXT, operator=choice("In", "NotIn", "Exists", "DoesNotExist"), values=items(TEXT))
    ),
)
PEERS: Final = items(
    record(
        namespaceSelector=_SELECTOR,
        podSelector=_SELECTOR,
        ipBlock=record(cidr=text(r"^[0-9a-fA-F.:]+/[0-9]{1,3}$"), **{"except": items(TEXT)}),
    )
)
EGRESS: Final = items(
    record(
        to=PEERS,
        ports=items(
            record(
                port={"type": ["integer", "string"]},
                endPort=number(1, 65535),
                protocol=choice("TCP", "UDP", "SCTP"),
            )
        ),
    )
)
ENV: Final = items({**record(name=text(r"^[A-Za-z_][A-Za-z0-9_]*$"), value=TEXT, valueFrom=FREE), "required": ["name"]})
VOLUMES: Final = items({"type": "object", "required": ["name"], "properties": {"name": DNS_LABEL}})
MOUNTS: Final = items(
    {
        **record(
            name=DNS_LABEL,
            mountPath=text(r"^/"),
            subPath=TEXT,
            subPathExpr=TEXT,
            readOnly=BOOLEAN,
            recursiveReadOnly=TEXT,
            mountPropagation=TEXT,
        ),
        "required": ["name", "mountPath"],
    }
)
