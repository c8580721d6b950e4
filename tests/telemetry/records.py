"""A record to start from."""

from extproc.model.decision import Effect, Outcome
from extproc.model.message import Direction
from extproc.ports import Record

ALLOWED = Record(
    time=1.5,
    decision_id="d1",
    policy_revision="abc",
    direction=Direction.CLIENT_TO_SERVER,
    server="shop",
    outcome=Outcome.ALLOW,
    effect=Effect.ALLOW,
)
