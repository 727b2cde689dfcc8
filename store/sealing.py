"""Seals what must not be read from the file, and hashes what must be found without being read."""

import base64
import binascii
import hashlib
import hmac
import json
import secrets
from collections.abc import Callable, Iterable, Sequence
from typing import Any, ClassVar, Self

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from store.errors import SealBroken, SealingKeyWrong

KEY_BYTES = 32
_VERSION = b"\x01"
_KEY_ID_BYTES = 4
_NONCE_BYTES = 12
_NONCE_AT = len(_VERSION) + _KEY_ID_BYTES
_SEALED_AT = _NONCE_AT + _NONCE_BYTES


def _encoded(parts: Iterable[str]) -> bytes:
    """Strings as bytes that no other strings give: each is preceded by its length."""
    framed = bytearray()
    for part in parts:
        encoded = part.encode("utf-8", "surrogatepass")
        framed += len(encoded).to_bytes(4, "big")
        framed += encoded
    return bytes(framed)


class KeyRing:
    """Sealing keys of 32 bytes, newest first: the first seals, every one opens."""

    def __init__(self, keys: Sequence[bytes]) -> None:
        if not keys or any(len(key) != KEY_BYTES for key in keys):
            raise SealingKeyWrong(
                "A sealing key is 32 bytes. Nothing was opened. Check the key that was given."
            )
        self._keys = tuple(keys)

    @classmethod
    def generate(cls) -> Self:
        """A ring of one new random key."""
        return cls([secrets.token_bytes(KEY_BYTES)])

    @classmethod
    def parse(cls, text: str) -> Self:
        """A ring from text: base64, one key a line, newest first; blank lines are passed over.

        Raises SealingKeyWrong, without repeating the text.
        """
        try:
            keys = [
                base64.b64decode(line.strip(), validate=True) for line in text.splitlines() if line.strip()
            ]
        except (binascii.Error, ValueError):
            keys = []
        if not keys or any(len(key) != KEY_BYTES for key in keys):
            raise SealingKeyWrong(
                "The sealing key cannot be read: it is 32 bytes in base64, one key a line, newest first. "
                "Nothing was opened. Check CHAIRTIME_KEY, or the file CHAIRTIME_KEY_FILE names."
            )
        return cls(keys)

    def dump(self) -> str:
        """The ring as text that `parse` reads."""
        return "".join(base64.b64encode(key).decode("ascii") + "\n" for key in self._keys)

    def ciphers(self) -> dict[bytes, AESGCM]:
        """The ciphers by key id, newest first. A key's id tells nothing about the key."""
        return {hashlib.sha256(b"key id" + key).digest()[:_KEY_ID_BYTES]: AESGCM(key) for key in self._keys}

    def with_new(self) -> Self:
        """A ring of a new random key before these."""
        return type(self)([secrets.token_bytes(KEY_BYTES), *self._keys])

    def newest_only(self) -> Self:
        """A ring of the first key alone."""
        return type(self)(self._keys[:1])

    def __len__(self) -> int:
        return len(self._keys)

    def __repr__(self) -> str:
        return f"KeyRing(<{len(self._keys)} keys>)"


class Sealer:
    """AES-256-GCM over single values, each bound to the table, column, office and row it was sealed for.

    A sealed value is: version (1 byte), key id (4), nonce (12), ciphertext and tag (its length + 16).
    Where the keys may come to be others while the store is open, ``changed`` is asked before each sealing,
    and where a value was sealed with a key that is not known: it gives the ring if there is a newer one.
    """

    MARK_BYTES: ClassVar[int] = _NONCE_AT

    def __init__(self, ring: KeyRing, changed: Callable[[], KeyRing | None] | None = None) -> None:
        self._changed = changed
        self._take(ring)

    @property
    def mark(self) -> bytes:
        """What every value begins with that is sealed with the newest key."""
        self._look()
        return _VERSION + self._newest

    @property
    def marks(self) -> list[bytes]:
        """What values begin with that can be opened, by key."""
        self._look()
        return [_VERSION + key_id for key_id in self._ciphers]

    def is_newest(self, blob: bytes) -> bool:
        """Whether a value was sealed with the newest key."""
        return bytes(blob[:_NONCE_AT]) == self.mark

    def seal(self, plain: bytes, *, table: str, column: str, office: str, row: str) -> bytes:
        """The value sealed with the newest key."""
        self._look()
        nonce = secrets.token_bytes(_NONCE_BYTES)
        place = _encoded((table, column, office, row))
        return _VERSION + self._newest + nonce + self._ciphers[self._newest].encrypt(nonce, plain, place)

    def open(self, blob: bytes, *, table: str, column: str, office: str, row: str) -> bytes:
        """The value as it was before sealing; raises SealBroken."""
        key_id = bytes(blob[len(_VERSION) : _NONCE_AT])
        if key_id not in self._ciphers:
            self._look()
        cipher = self._ciphers.get(key_id)
        if not blob.startswith(_VERSION) or cipher is None:
            raise SealBroken(
                f"A value of {table}.{column} was sealed with a key that is not in the key ring."
            )
        try:
            place = _encoded((table, column, office, row))
            return cipher.decrypt(bytes(blob[_NONCE_AT:_SEALED_AT]), bytes(blob[_SEALED_AT:]), place)
        except (InvalidTag, ValueError) as error:
            raise SealBroken(
                f"A value of {table}.{column} is damaged or was moved from another row."
            ) from error

    def seal_json(self, value: Any, *, table: str, column: str, office: str, row: str) -> bytes:
        """A JSON value, sealed; any Mapping in it is sealed as an object."""
        plain = json.dumps(value, ensure_ascii=False, separators=(",", ":"), default=dict).encode(
            "utf-8", "surrogatepass"
        )
        return self.seal(plain, table=table, column=column, office=office, row=row)

    def open_json(self, blob: bytes, *, table: str, column: str, office: str, row: str) -> Any:
        """The JSON value that was sealed; raises SealBroken."""
        plain = self.open(blob, table=table, column=column, office=office, row=row)
        return json.loads(plain.decode("utf-8", "surrogatepass"))

    def _take(self, ring: KeyRing) -> None:
        self._ciphers = ring.ciphers()
        self._newest = next(iter(self._ciphers))

    def _look(self) -> None:
        newer = self._changed() if self._changed is not None else None
        if newer is not None:
            self._take(newer)


class Index:
    """Keyed hashes, by which rows are found without storing what they are about."""

    def __init__(self, key: bytes) -> None:
        self._begun = hmac.new(key, digestmod=hashlib.sha256)

    def digest(self, *parts: str) -> bytes:
        """HMAC-SHA256 over the parts; no two different lists of parts are encoded alike."""
        hashed = self._begun.copy()  # a third of what it takes to begin anew
        hashed.update(_encoded(parts))
        return hashed.digest()

    def keyed_hash(self, *parts: str) -> str:
        """The digest as 64 hexadecimal digits."""
        return self.digest(*parts).hex()

    def patient(self, office: str, patient_id: str) -> str:
        """The keyed hash that whatever is about a patient bears; ``office`` is a pms_integrations id."""
        return self.keyed_hash("patient", office, patient_id)
