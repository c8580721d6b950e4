"""`extproc holds`: the control socket of a running sidecar."""

import sys
from typing import Final

import grpc
import orjson
from google.protobuf.json_format import MessageToDict
from google.protobuf.struct_pb2 import Struct

from extproc.server.serving import CONTROL

_SECONDS: Final = 5.0


def listing(socket: str) -> int:
    """Print the holds."""
    answer = _call(socket, "ListHolds", {})
    if answer is None:
        return 1
    for hold in MessageToDict(answer)["holds"]:
        print(orjson.dumps(hold).decode())
    return 0


def resolve(socket: str, decision_id: str, *, release: bool) -> int:
    """Release or refuse one hold."""
    answer = _call(socket, "ResolveHold", {"decision_id": decision_id, "release": release})
    if answer is None:
        return 1
    if not answer["found"]:
        print(f"nothing is held under {decision_id}: resolved, expired, or its client has gone", file=sys.stderr)
        return 1
    print("released" if release else "refused")
    return 0


def _call(socket: str, method: str, members: dict[str, str | bool]) -> Struct | None:
    request = Struct()
    request.update(members)
    with grpc.insecure_channel(f"unix:{socket}") as channel:
        call = channel.unary_unary(f"/{CONTROL}/{method}", Struct.SerializeToString, Struct.FromString)
        try:
            return call(request, timeout=_SECONDS)
        except grpc.RpcError as error:
            print(f"no answer on {socket}: {error.code().name}", file=sys.stderr)
            return None
