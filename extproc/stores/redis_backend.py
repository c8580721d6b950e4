"""State in Redis or Valkey, for many replicas: one key per script, compared and replaced there.

A trail is a string that the server forgets by itself. The pins of a server are one hash, all servers are one; a set has
the names of the hashes. A value is a byte for its format, the version, and the data.
"""

from hashlib import sha1
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import quote

from extproc.ports.errors import PortError
from extproc.stores.state_backend import LASTING, VERSION_BYTES, EntryError, Kept, Kind, Place, Room, Swap

if TYPE_CHECKING:
    from extproc.stores.redis_client import Client

_FORMAT: Final = b"\x01"
_HEAD: Final = len(_FORMAT) + VERSION_BYTES

# Each answers {1} when it was done, {0, value or nil} when something else is kept, {2} when there is no room.
_PUT_TRAIL: Final = """
local current = redis.call('GET', KEYS[1])
if (current and string.sub(current, 2, 9) or '') ~= ARGV[1] then return {0, current} end
if ARGV[3] == '' then redis.call('SET', KEYS[1], ARGV[2]) else redis.call('SET', KEYS[1], ARGV[2], 'PX', ARGV[3]) end
return {1}
"""
_PUT_LASTING: Final = """
local current = redis.call('HGET', KEYS[1], ARGV[1])
if (current and string.sub(current, 2, 9) or '') ~= ARGV[2] then return {0, current} end
if not current and redis.call('HLEN', KEYS[1]) >= tonumber(ARGV[4]) then return {2} end
redis.call('HSET', KEYS[1], ARGV[1], ARGV[3])
return {1}
"""


class RedisBackend:
    """A `StateBackend` on a client; `prefix` sets its keys apart, for a tenant too."""

    local = False

    def __init__(self, client: "Client", *, prefix: str, shown: str, room: Room | None = None) -> None:
        """Take a client that need not be connected; `shown` is its address for people."""
        from redis.exceptions import NoScriptError, RedisError  # noqa: PLC0415 - an extra

        self._faults = (RedisError, OSError, EOFError)
        self._no_script = NoScriptError
        self._client, self._prefix, self._shown = client, prefix, shown
        self._room = room or Room()

    async def get(self, place: Place) -> Kept | None:
        """See `StateBackend`."""
        key = self._key(place.kind, place.group)
        found = await (self._asked("HGET", key, place.name) if place.kind in LASTING else self._asked("GET", key))
        return self._kept(found) if found is not None else None

    async def put(
        self,
        place: Place,
        new: Kept,
        *,
        known: bytes | None,
        ttl: float | None = None,
        flagged: bool = False,  # noqa: ARG002 - their time is longer, and `volatile-ttl` takes the shorter ones first
    ) -> Swap:
        """See `StateBackend`."""
        key, data = self._key(place.kind, place.group), _FORMAT + new.version + new.data
        if place.kind in LASTING:
            if known is None:
                await self._asked("SADD", self._groups(place.kind), place.group)
            answer = await self._run(_PUT_LASTING, key, place.name, known or b"", data, self._room.group)
        else:
            milliseconds = max(1, round(ttl * 1000)) if ttl is not None else b""
            answer = await self._run(_PUT_TRAIL, key, known or b"", data, milliseconds)
        match answer:
            case [1]:
                return Swap(done=True, kept=new)
            case [2]:
                raise EntryError(f"there is no room for more {place.kind.value} of one server")
            case [0, current]:
                return Swap(done=False, kept=self._kept(current) if current is not None else None)
            case _:
                raise PortError(f"{self._shown} gave an answer that is none")

    async def scan(self, kind: Kind, group: str | None = None) -> dict[Place, Kept]:
        """See `StateBackend`."""
        if group is None:
            names = await self._asked("SMEMBERS", self._groups(kind))
            groups = sorted(name.decode() for name in names)
        else:
            groups = [group]
        found: dict[Place, Kept] = {}
        for each in groups:
            entries = await self._asked("HGETALL", self._key(kind, each))
            found |= {Place(kind, each, name.decode()): self._kept(value) for name, value in entries.items()}
        return found

    async def delete(self, place: Place) -> None:
        """See `StateBackend`."""
        key = self._key(place.kind, place.group)
        await (self._asked("HDEL", key, place.name) if place.kind in LASTING else self._asked("DEL", key))

    async def eviction(self) -> str:
        """Return what the server does when its memory is full, by its own name for it."""
        found = await self._asked("INFO", "memory")
        nodes = [found] if "maxmemory_policy" in found else found.values()
        return ", ".join(sorted({str(node.get("maxmemory_policy")) for node in nodes}))

    async def close(self) -> None:
        """See `StateBackend`."""
        await self._client.aclose()

    async def _run(self, script: str, key: str, *arguments: bytes | str | int) -> Any:  # noqa: ANN401 - checked by `put`
        digest = sha1(script.encode(), usedforsecurity=False).hexdigest()
        try:
            return await self._asked("EVALSHA", digest, 1, key, *arguments)
        except PortError as error:
            if not isinstance(error.__cause__, self._no_script):
                raise
            return await self._asked("EVAL", script, 1, key, *arguments)

    async def _asked(self, *command: bytes | str | int) -> Any:  # noqa: ANN401 - each command answers otherwise
        """Have a command done; whatever goes wrong is a `PortError` that names the kind of the fault only."""
        try:
            return await self._client.execute_command(*command)
        except self._faults as error:
            raise PortError(f"{self._shown} did not do what was asked: {_word(error)}") from error

    def _key(self, kind: Kind, group: str) -> str:
        # In braces: what is read together is in one slot of a cluster, and trails are spread over all.
        return f"{self._prefix}:{kind.value}:{{{quote(group, safe='')}}}"

    def _groups(self, kind: Kind) -> str:
        return f"{self._prefix}:{kind.value}"

    def _kept(self, found: bytes) -> Kept:
        if found[:1] != _FORMAT or len(found) < _HEAD:
            raise EntryError(f"{self._shown} holds an entry of a format that is not known: a newer version wrote it")
        return Kept(version=found[1:_HEAD], data=found[_HEAD:])


def _word(error: Exception) -> str:
    """Return the code that an answer begins with, such as MISCONF, else the kind of the error."""
    first = str(error).split(" ", 1)[0]
    return first if first.isupper() and first.isalpha() else type(error).__name__
