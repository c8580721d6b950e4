"""Values in the memory of one process, encrypted, for a time; the oldest go when there are too many."""

import os
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

import orjson
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from extproc.model.finding import Category
from extproc.model.marks import VAULT_LETTERS, name_in_mark
from extproc.ports.errors import PortError
from extproc.redact.operators import keyed_letters
from extproc.redact.restore import VaultEntry

MAX_CHARACTERS: Final = 64 << 10
_KEY_BYTES: Final = 32
_NONCE_BYTES: Final = 12


@dataclass(frozen=True, slots=True)
class _Sealed:
    nonce: bytes
    data: bytes
    until: float


class MemoryVault:
    """A `Vault` that ends with the process: after a restart, its marks are plain text.

    The letters are a keyed digest, so that an instance with the same key gives the same. What is kept is encrypted with
    AES-GCM and bound to its scope, entity and letters: moved to another place, it cannot be read.
    """

    def __init__(self, key: bytes, steady: Callable[[], float], values: int = 100_000) -> None:
        """Start empty, with room for so many values.

        The key has at least 32 random bytes; `steady` is a clock in seconds that never goes back.
        """
        if len(key) < _KEY_BYTES:
            raise ValueError(f"the key of a vault has at least {_KEY_BYTES} bytes")
        self._letters_key = _derived(key, b"letters")
        self._cipher = AESGCM(_derived(key, b"values"))
        self._steady = steady
        self._room = values
        self._values: OrderedDict[tuple[str, str], _Sealed] = OrderedDict()

    async def put(self, scope: str, entity: str, category: Category, value: str, *, server: str, ttl: float) -> str:
        """See `Vault`."""
        if len(value) > MAX_CHARACTERS:
            raise PortError("a value is too long to be kept in the vault")
        letters = keyed_letters(self._letters_key, scope, name_in_mark(entity), value)[:VAULT_LETTERS]
        before = self._open(scope, entity, letters)
        servers = {server, *(before.servers if before is not None else ())}
        plain = orjson.dumps([value, entity, category.value, sorted(servers)])
        nonce = os.urandom(_NONCE_BYTES)
        data = self._cipher.encrypt(nonce, plain, _bound_to(scope, entity, letters))
        self._values[scope, letters] = _Sealed(nonce, data, self._steady() + ttl)
        self._values.move_to_end((scope, letters))
        self._forget()
        return letters

    async def get(self, scope: str, entity: str, letters: str) -> VaultEntry | None:
        """See `Vault`."""
        return self._open(scope, entity, letters)

    def _open(self, scope: str, entity: str, letters: str) -> VaultEntry | None:
        sealed = self._values.get((scope, letters))
        if sealed is None:
            return None
        if sealed.until <= self._steady():
            del self._values[scope, letters]
            return None
        try:
            plain = self._cipher.decrypt(sealed.nonce, sealed.data, _bound_to(scope, entity, letters))
        except InvalidTag:
            return None
        value, own_entity, category, servers = orjson.loads(plain)
        return VaultEntry(value=value, entity=own_entity, category=Category(category), servers=frozenset(servers))

    def _forget(self) -> None:
        """Let go what is over or too much, from the oldest on."""
        now = self._steady()
        while self._values:
            oldest = next(iter(self._values))
            if len(self._values) <= self._room and self._values[oldest].until > now:
                return
            del self._values[oldest]


def _derived(key: bytes, purpose: bytes) -> bytes:
    return HKDF(algorithm=SHA256(), length=_KEY_BYTES, salt=None, info=b"mcp-extproc vault " + purpose).derive(key)


def _bound_to(scope: str, entity: str, letters: str) -> bytes:
    return orjson.dumps([scope, name_in_mark(entity), letters])
