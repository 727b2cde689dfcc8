"""Structured logs to stderr: only known keys and our own words, whoever writes them."""

import logging
import re
import sys
import threading
from collections.abc import MutableMapping
from types import TracebackType
from typing import TYPE_CHECKING, Any, Final, TextIO

import structlog

if TYPE_CHECKING:
    Handler = logging.StreamHandler[TextIO]
else:
    Handler = logging.StreamHandler

# What a log line may say. Anything else is dropped, so that a patient's data cannot slip into one.
KEYS: Final = frozenset(
    {
        "event",
        "level",
        "timestamp",
        "logger",
        "call",  # a tool call, by a number of ours
        "row",  # a write, by the ledger's number
        "office",
        "tool",
        "outcome",
        "state",
        "answer",
        "effect",
        "reason",
        "error",  # an exception's type, never its text
        "kind",
        "loop",
        "crashes",
        "page",
        "rows",
        "key_file",
    }
)
PATHS: Final = frozenset({"key_file"})  # the only values in which there may be blanks
WITHHELD: Final = "withheld"
LONGEST: Final = 200
LIBRARY: Final = "library_message"
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
_NAME: Final = re.compile(r"[a-z]+(?:_[a-z]+)*")
_BLANK: Final = re.compile(r"\s")
log = structlog.get_logger(__name__)


def known_keys(_: Any, __: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """A log event without the keys nobody vouched for, any traceback, and whatever is no plain word."""
    said = {key: _plain(key, value) for key, value in event.items() if key in KEYS}
    if _NAME.fullmatch(str(said.get("event"))) is None:
        said["event"] = WITHHELD  # a sentence put together from somebody's values has no name
    return said


def _plain(key: str, value: object) -> object:
    if value is None or isinstance(value, int | float):
        return value
    fits = isinstance(value, str) and len(value) <= LONGEST and (key in PATHS or not _BLANK.search(value))
    return value if fits else WITHHELD


def foreign_text(_: Any, __: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """A library's own sentence, cut down to the logger's name: its arguments may be anybody's data."""
    return {**event, "event": LIBRARY}


class _Stderr(Handler):
    """Writes to stderr. A line that cannot be put together is let go: the standard way prints its values."""

    def handleError(self, record: logging.LogRecord) -> None:  # noqa: N802 - the standard library's name
        """Say only whose line was lost."""
        self.stream.write(f'{{"event": "line_lost", "level": "error", "logger": "{record.name}"}}\n')
        self.flush()


def configure_logs(level: str) -> None:
    """Send everything to stderr as JSON lines: stdout belongs to the protocol.

    Libraries, warnings and whatever Python itself says of errors that nobody caught go through the same
    gate.
    """
    shared: list[Any] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]
    structlog.configure(
        processors=[
            structlog.stdlib.filter_by_level,
            *shared,
            structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
        ],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=False,
    )
    handler = _Stderr(sys.stderr)
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
    logging.lastResort = handler  # for loggers that were cut off from the root, as uvicorn does with its own
    for name, quiet in QUIET.items():
        logging.getLogger(name).setLevel(max(quiet, root.level))
    _take_over()


def _take_over() -> None:
    """What Python would print with values or tracebacks becomes a line with the error's type."""
    logging.captureWarnings(capture=True)
    sys.excepthook = _uncaught
    threading.excepthook = _uncaught_in_thread
    sys.unraisablehook = _unraisable


def _uncaught(kind: type[BaseException], _: BaseException, __: TracebackType | None) -> None:
    if not issubclass(kind, KeyboardInterrupt):
        log.critical("process_crashed", error=kind.__name__)


def _uncaught_in_thread(trouble: threading.ExceptHookArgs) -> None:
    if not issubclass(trouble.exc_type, SystemExit):
        log.error("thread_crashed", error=trouble.exc_type.__name__)


def _unraisable(trouble: "sys.UnraisableHookArgs") -> None:
    log.error("error_not_raised", error=trouble.exc_type.__name__)
