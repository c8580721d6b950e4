"""Commands of document and key-value stores: Redis command lines, MongoDB filters and pipelines."""

from typing import Final

from extproc.classify.codes import Mark
from extproc.classify.sensitive import names_persons
from extproc.classify.tokens import word_set
from extproc.model.intent import Intent
from extproc.model.message import JsonValue

_REDIS_READ: Final = word_set(
    """
    get mget getrange strlen exists ttl pttl type keys scan sscan hscan zscan hget hmget hgetall hkeys hvals hlen
    hexists llen lrange lindex lpos smembers sismember smismember scard srandmember sinter sunion sdiff zrange
    zrangebyscore zrevrange zscore zrank zcard zcount info dbsize ping echo time lastsave memory object bitcount
    getbit pfcount xlen xrange xread xinfo geodist geopos geosearch ft.search ft.info json.get ts.range select auth
    hello client command slowlog dump randomkey expiretime ft.aggregate json.type json.mget zmscore substr bitpos
    lcs pubsub latency
    """
)
_REDIS_DESTROYS: Final = word_set(
    """
    del unlink flushall flushdb shutdown hdel lrem ltrim spop srem zrem zremrangebyscore zremrangebyrank getdel
    expire pexpire expireat rename replicaof slaveof debug xdel xtrim lpop rpop zpopmin zpopmax json.del
    ft.dropindex ft.drop swapdb failover restore module reset
    """
)
_REDIS_PAIRS: Final[dict[tuple[str, str], Mark | None]] = {
    ("config", "get"): None,
    ("config", "rewrite"): ("store_write", Intent.WRITE),
    ("config", "set"): ("store_destroy", Intent.DESTRUCTIVE),
    ("script", "flush"): ("store_destroy", Intent.DESTRUCTIVE),
    ("client", "kill"): ("store_destroy", Intent.DESTRUCTIVE),
    ("acl", "deluser"): ("store_destroy", Intent.DESTRUCTIVE),
    ("acl", "list"): None,
    ("cluster", "reset"): ("store_destroy", Intent.DESTRUCTIVE),
    ("cluster", "info"): None,
    ("cluster", "nodes"): None,
}
_WRITING_STAGES: Final = frozenset({"$out", "$merge"})
_CODE_OPERATORS: Final = frozenset({"$where", "$function", "$accumulator"})
_NARROWING: Final = frozenset({"$match", "$limit", "$group", "$count", "$sample"})
_LIMIT: Final = 1000


def read_redis(line: str) -> tuple[Mark, ...]:
    """Mark what a Redis command would do; a command that is not known writes."""
    marks: list[Mark] = []
    for command in line[:4096].splitlines():
        words = command.lower().split()[:2]
        if not words:
            continue
        pair = (words[0], words[1] if len(words) > 1 else "")
        if pair in _REDIS_PAIRS:
            mark = _REDIS_PAIRS[pair]
            marks += [] if mark is None else [mark]
        elif words[0] in _REDIS_DESTROYS:
            marks.append(("store_destroy", Intent.DESTRUCTIVE))
        elif words[0] not in _REDIS_READ:
            marks.append(("store_write", Intent.WRITE))
    return tuple(marks)


def read_pipeline(stages: list[JsonValue]) -> tuple[Mark, ...]:
    """Mark what an aggregation pipeline does beyond reading."""
    keys = {key for stage in stages[:256] if isinstance(stage, dict) for key in stage}
    marks: list[Mark] = [("store_write", Intent.WRITE)] if keys & _WRITING_STAGES else []
    return (*marks, ("code_opaque", Intent.WRITE)) if keys & _CODE_OPERATORS else tuple(marks)


def read_find(collection: str, selection: JsonValue, limit: JsonValue) -> tuple[Mark, ...]:
    """Mark a search of documents: of persons, without a filter, without a limit."""
    if isinstance(selection, dict) and _CODE_OPERATORS & selection.keys():
        return (("code_opaque", Intent.WRITE),)
    bounded = isinstance(limit, int) and not isinstance(limit, bool) and 0 < limit < _LIMIT
    if names_persons(collection) and not selection and not bounded:
        return (("store_bulk", Intent.EXFILTRATIVE),)
    return ()
