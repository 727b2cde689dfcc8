"""Where things are kept unless another place is named."""

from pathlib import Path

from platformdirs import user_data_path


def database_path() -> Path:
    """Where the database is kept unless another place is named."""
    return user_data_path("chairtime", appauthor=False) / "chairtime.sqlite3"
