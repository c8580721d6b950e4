"""What commands of Redis and searches of documents would do."""

import pytest

from extproc.classify.codes import worst
from extproc.classify.stores import read_find, read_pipeline, read_redis
from extproc.model.intent import Intent


@pytest.mark.parametrize(
    ("line", "intent"),
    [
        ("GET a", Intent.READ),
        ("config get *", Intent.READ),
        ("SET a 1", Intent.WRITE),
        ("GET a\nFLUSHALL", Intent.DESTRUCTIVE),
        ("CONFIG SET dir /", Intent.DESTRUCTIVE),
        ("SOMETHINGNEW", Intent.WRITE),
    ],
)
def test_redis_commands_are_known(line: str, intent: Intent) -> None:
    assert worst(read_redis(line)) is intent


def test_a_search_of_persons_needs_a_filter_or_a_limit() -> None:
    assert worst(read_find("users", {}, None)) is Intent.EXFILTRATIVE
    assert worst(read_find("users", {}, 10)) is Intent.READ
    assert worst(read_find("products", {}, None)) is Intent.READ


def test_a_pipeline_can_write() -> None:
    assert worst(read_pipeline([{"$match": {}}, {"$out": "copy"}])) is Intent.WRITE
    assert worst(read_pipeline([{"$match": {}}])) is Intent.READ
