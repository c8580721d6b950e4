"""What Envoy itself says of a request: facts that come beside its headers, where no client can write them."""

from dataclasses import dataclass, field
from typing import Final

from extproc.model.message import JsonObject


@dataclass(frozen=True, slots=True, kw_only=True)
class Attested:
    """Verified claims and facts of the connection.

    `claims` holds what `jwt_authn` left in its metadata namespace, by the key that it was told to use. `connection`
    holds the attributes that ext_proc was told to send, by name.
    """

    claims: JsonObject = field(default_factory=dict)
    connection: JsonObject = field(default_factory=dict)


NOTHING_ATTESTED: Final = Attested()
