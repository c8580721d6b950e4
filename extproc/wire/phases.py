"""The phases of an exchange and what may happen in each: one literal table.

A pair that is not in the table is a fault of the peer or of ours, never something to be passed over. The enumerations
are integers because the table is asked for every message, and integers are hashed without a call into Python.
"""

from collections.abc import Mapping
from enum import IntEnum, auto
from typing import Final


class Phase(IntEnum):
    """Where an exchange stands. `JUDGING_x` waits for an answer about x, `HOLDING_x` for one that comes later."""

    IDLE = auto()
    REQUEST_BODY = auto()
    JUDGING_REQUEST_HEAD = auto()
    HOLDING_REQUEST_HEAD = auto()
    JUDGING_REQUEST_BODY = auto()
    HOLDING_REQUEST_BODY = auto()
    RESPONSE = auto()
    JUDGING_RESPONSE_HEAD = auto()
    JUDGING_BODYLESS_RESPONSE = auto()
    RESPONSE_BODY = auto()
    JUDGING_RESPONSE_BODY = auto()
    HOLDING_RESPONSE_BODY = auto()
    STREAMING = auto()
    JUDGING_ITEM = auto()
    HOLDING_ITEM = auto()
    TRAILERS = auto()
    CLOSED = auto()


class Trigger(IntEnum):
    """What happened, as far as the table needs to tell cases apart."""

    MISCONFIGURED = auto()
    REQUEST_HEAD = auto()
    REQUEST_HEAD_ALONE = auto()
    REQUEST_BODY = auto()
    REQUEST_TRAILERS = auto()
    RESPONSE_HEAD = auto()
    RESPONSE_HEAD_ALONE = auto()
    RESPONSE_BODY = auto()
    CHUNK_WITHOUT_ITEM = auto()
    CHUNK_WITH_ITEM = auto()
    RESPONSE_TRAILERS = auto()
    FORWARD = auto()
    RESPOND = auto()
    STREAM = auto()
    EMIT_AND_MORE = auto()
    EMIT_AND_WAIT = auto()
    EMIT_LAST = auto()
    PENDING = auto()
    ELAPSED = auto()
    CANCELLED = auto()


class Move(IntEnum):
    """What the machine does on the way: each is one method of `ExchangeMachine`."""

    REFUSE_MODES = auto()
    ASK_FOR_BODY = auto()
    JUDGE_REQUEST_HEAD = auto()
    JUDGE_REQUEST_BODY = auto()
    JUDGE_RESPONSE_HEAD = auto()
    JUDGE_LOCAL_RESPONSE_HEAD = auto()
    JUDGE_RESPONSE_BODY = auto()
    JUDGE_ITEM = auto()
    JUDGE_REST = auto()
    NOTHING = auto()
    LET_GO_ON = auto()
    START_STREAM = auto()
    EMIT = auto()
    EMIT_AND_JUDGE = auto()
    EMIT_AND_END = auto()
    REPLY = auto()
    HOLD = auto()
    DROP_TRAILERS = auto()


P, T, M = Phase, Trigger, Move

TABLE: Final[Mapping[tuple[Phase, Trigger], tuple[Phase, Move]]] = {
    # the request
    (P.IDLE, T.MISCONFIGURED): (P.CLOSED, M.REFUSE_MODES),
    (P.IDLE, T.REQUEST_HEAD): (P.REQUEST_BODY, M.ASK_FOR_BODY),
    (P.IDLE, T.REQUEST_HEAD_ALONE): (P.JUDGING_REQUEST_HEAD, M.JUDGE_REQUEST_HEAD),
    (P.JUDGING_REQUEST_HEAD, T.FORWARD): (P.RESPONSE, M.LET_GO_ON),
    (P.JUDGING_REQUEST_HEAD, T.RESPOND): (P.CLOSED, M.REPLY),
    (P.JUDGING_REQUEST_HEAD, T.PENDING): (P.HOLDING_REQUEST_HEAD, M.HOLD),
    (P.HOLDING_REQUEST_HEAD, T.FORWARD): (P.RESPONSE, M.LET_GO_ON),
    (P.HOLDING_REQUEST_HEAD, T.RESPOND): (P.CLOSED, M.REPLY),
    (P.REQUEST_BODY, T.REQUEST_BODY): (P.JUDGING_REQUEST_BODY, M.JUDGE_REQUEST_BODY),
    # trailers alone: a body was announced and none came, so there is nothing but the head to judge
    (P.REQUEST_BODY, T.REQUEST_TRAILERS): (P.JUDGING_REQUEST_BODY, M.JUDGE_REQUEST_BODY),
    (P.JUDGING_REQUEST_BODY, T.FORWARD): (P.RESPONSE, M.LET_GO_ON),
    (P.JUDGING_REQUEST_BODY, T.RESPOND): (P.CLOSED, M.REPLY),
    (P.JUDGING_REQUEST_BODY, T.PENDING): (P.HOLDING_REQUEST_BODY, M.HOLD),
    (P.HOLDING_REQUEST_BODY, T.FORWARD): (P.RESPONSE, M.LET_GO_ON),
    (P.HOLDING_REQUEST_BODY, T.RESPOND): (P.CLOSED, M.REPLY),
    (P.RESPONSE, T.REQUEST_TRAILERS): (P.RESPONSE, M.DROP_TRAILERS),
    # answers that Envoy makes itself, before or while the request is read
    (P.IDLE, T.RESPONSE_HEAD): (P.JUDGING_RESPONSE_HEAD, M.JUDGE_LOCAL_RESPONSE_HEAD),
    (P.IDLE, T.RESPONSE_HEAD_ALONE): (P.JUDGING_BODYLESS_RESPONSE, M.JUDGE_LOCAL_RESPONSE_HEAD),
    (P.REQUEST_BODY, T.RESPONSE_HEAD): (P.JUDGING_RESPONSE_HEAD, M.JUDGE_LOCAL_RESPONSE_HEAD),
    (P.REQUEST_BODY, T.RESPONSE_HEAD_ALONE): (P.JUDGING_BODYLESS_RESPONSE, M.JUDGE_LOCAL_RESPONSE_HEAD),
    # the response
    (P.RESPONSE, T.RESPONSE_HEAD): (P.JUDGING_RESPONSE_HEAD, M.JUDGE_RESPONSE_HEAD),
    (P.RESPONSE, T.RESPONSE_HEAD_ALONE): (P.JUDGING_BODYLESS_RESPONSE, M.JUDGE_RESPONSE_HEAD),
    (P.JUDGING_BODYLESS_RESPONSE, T.FORWARD): (P.TRAILERS, M.LET_GO_ON),
    (P.JUDGING_BODYLESS_RESPONSE, T.RESPOND): (P.CLOSED, M.REPLY),
    (P.JUDGING_RESPONSE_HEAD, T.FORWARD): (P.RESPONSE_BODY, M.LET_GO_ON),
    (P.JUDGING_RESPONSE_HEAD, T.RESPOND): (P.CLOSED, M.REPLY),
    (P.JUDGING_RESPONSE_HEAD, T.STREAM): (P.STREAMING, M.START_STREAM),
    (P.RESPONSE_BODY, T.RESPONSE_BODY): (P.JUDGING_RESPONSE_BODY, M.JUDGE_RESPONSE_BODY),
    (P.RESPONSE_BODY, T.RESPONSE_TRAILERS): (P.JUDGING_RESPONSE_BODY, M.JUDGE_RESPONSE_BODY),
    (P.JUDGING_RESPONSE_BODY, T.FORWARD): (P.TRAILERS, M.LET_GO_ON),
    (P.JUDGING_RESPONSE_BODY, T.RESPOND): (P.CLOSED, M.REPLY),
    (P.JUDGING_RESPONSE_BODY, T.PENDING): (P.HOLDING_RESPONSE_BODY, M.HOLD),
    (P.HOLDING_RESPONSE_BODY, T.FORWARD): (P.TRAILERS, M.LET_GO_ON),
    (P.HOLDING_RESPONSE_BODY, T.RESPOND): (P.CLOSED, M.REPLY),
    # an event stream
    (P.STREAMING, T.CHUNK_WITHOUT_ITEM): (P.STREAMING, M.NOTHING),
    (P.STREAMING, T.CHUNK_WITH_ITEM): (P.JUDGING_ITEM, M.JUDGE_ITEM),
    (P.STREAMING, T.RESPONSE_TRAILERS): (P.JUDGING_ITEM, M.JUDGE_ITEM),
    (P.STREAMING, T.ELAPSED): (P.JUDGING_ITEM, M.JUDGE_REST),
    (P.JUDGING_ITEM, T.EMIT_AND_MORE): (P.JUDGING_ITEM, M.EMIT_AND_JUDGE),
    (P.JUDGING_ITEM, T.EMIT_AND_WAIT): (P.STREAMING, M.EMIT),
    (P.JUDGING_ITEM, T.EMIT_LAST): (P.TRAILERS, M.EMIT_AND_END),
    (P.JUDGING_ITEM, T.PENDING): (P.HOLDING_ITEM, M.HOLD),
    (P.HOLDING_ITEM, T.EMIT_AND_MORE): (P.JUDGING_ITEM, M.EMIT_AND_JUDGE),
    (P.HOLDING_ITEM, T.EMIT_AND_WAIT): (P.STREAMING, M.EMIT),
    (P.HOLDING_ITEM, T.EMIT_LAST): (P.TRAILERS, M.EMIT_AND_END),
    # after the last body byte: what still arrives carries nothing on
    (P.TRAILERS, T.RESPONSE_TRAILERS): (P.CLOSED, M.DROP_TRAILERS),
    (P.TRAILERS, T.CHUNK_WITHOUT_ITEM): (P.TRAILERS, M.NOTHING),
    (P.TRAILERS, T.REQUEST_TRAILERS): (P.TRAILERS, M.DROP_TRAILERS),
    **{(phase, T.CANCELLED): (P.CLOSED, M.NOTHING) for phase in Phase},
}
