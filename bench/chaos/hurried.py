"""Runs the server with the one lifetime scaled down that no setting has: when a silent failure is a task."""

from typing import Final

from server.__main__ import main
from server.background import flags

UNTOLD_MS: Final = 3_000
LOOK_SECONDS: Final = 1.0
SCALED: Final = {"UNTOLD_MS": UNTOLD_MS, "LOOK_SECONDS": LOOK_SECONDS}


def hurry() -> None:
    """Scale it down. Raises AttributeError where the server no longer has that constant."""
    for name, value in SCALED.items():
        getattr(flags, name)
        setattr(flags, name, value)


if __name__ == "__main__":
    hurry()
    main()
