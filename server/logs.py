"""Structured logs to stderr: only known keys, whoever writes them."""

import logging
import sys
from collections.abc import MutableMapping
from typing import Any, Final

import structlog

# What a log line may say. Anything else is dropped, so that a patient's data cannot slip into one.
KEYS: Final = frozenset(
    {
        "event",
        "level",
        "timestamp",
        "logger",
        "error",
        "tool",
        "row",
        "effect",
        "office",
        "loop",
        "crashes",
        "reason",
        "transport",
        "host",
        "port",
        "key_file",
        "kind",
        "page",
        "rows",
        "seconds",
    }
)
# Libraries that log whole requests, URLs or messages below these levels.
QUIET: Final[dict[str, int]] = {
    "httpx2": logging.WARNING,
    "httpcore2": logging.WARNING,
    "aiosqlite": logging.INFO,
    "mcp": logging.WARNING,
    "sse_starlette": logging.INFO,
    "uvicorn.access": logging.WARNING,
    "stamina": logging.ERROR,
    "asyncio": logging.WARNING,
}


def known_keys(_: Any, __: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """A log event without the keys nobody vouched for, and without any traceback."""
    return {key: value for key, value in event.items() if key in KEYS or key.startswith("_")}


def foreign_text(_: Any, __: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """A library's own sentence, cut down to the logger's name: its arguments may be anybody's data."""
    return {**event, "event": "library_message"}


def configure_logs(level: str) -> None:
    """Send everything to stderr as JSON lines: stdout belongs to the protocol."""
    shared: list[Any] = [
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=False,
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=[*shared, foreign_text],
            processors=[
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                known_keys,
                structlog.processors.JSONRenderer(),
            ],
        )
    )
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level)
    for name, quiet in QUIET.items():
        logging.getLogger(name).setLevel(max(quiet, root.level))
