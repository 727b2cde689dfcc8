"""What can go wrong with the store, as one tree of exceptions.

::

    StoreError
    ├── BadDatabaseUrl       the database URL is not one that can be used
    ├── NotAStore            the file is not a Chairtime store, or cannot be opened
    ├── StoreTooNew          a newer program has written the store
    ├── SealingKeyMissing    the store needs its sealing key and there is none
    ├── SealingKeyWrong      the sealing key is malformed, or not this store's
    ├── SealBroken           a sealed value is damaged, or lies in a row it was not made for
    ├── OlderKeyInUse        a key was to be dropped that still opens something
    ├── CopyFailed           a backup could not be written, or not be put back
    ├── UnknownOffice        keys were to be saved for an office that has no row
    └── LeaseLost            another process has taken over what this one was loading

Messages are written for an operator and hold no secret and no patient's data.
"""


class StoreError(Exception):
    """Anything the store refuses or cannot do."""


class BadDatabaseUrl(StoreError):
    """The database URL is not one that can be used. It is never repeated: it may hold a password."""


class NotAStore(StoreError):
    """The database is something else than a Chairtime store, or cannot be opened."""


class StoreTooNew(StoreError):
    """The store was written by a newer version of the program; nothing was changed."""


class SealingKeyMissing(StoreError):
    """The store holds sealed rows and no key was given; nothing was changed."""


class SealingKeyWrong(StoreError):
    """The key is not 32 bytes in base64, or does not open this store; nothing was changed."""


class SealBroken(StoreError):
    """A sealed value cannot be opened: damaged, sealed with an unknown key, or moved from another row."""


class OlderKeyInUse(StoreError):
    """An older key was to be dropped, and some rows are still sealed with it."""

    def __init__(self, rows: int) -> None:
        super().__init__(
            f"{rows} rows are still sealed with an older key. Nothing was changed. "
            "Run chairtime key rotate first."
        )
        self.rows = rows


class CopyFailed(StoreError):
    """A backup could not be written, or not be put back; what was there is as it was."""


class UnknownOffice(StoreError):
    """No practice of that office_id is known to the store."""


class LeaseLost(StoreError):
    """Another process has taken over what this one was loading; nothing of the change was put down."""
