"""Says whether a body is one message of the protocol."""

from typing import Any, Final

import pydantic_core
from mcp_types import jsonrpc_message_adapter
from pydantic import ValidationError

LONGEST_ID: Final = 256  # characters; an answer bears the id of its request
GREATEST_ID: Final = 2**63 - 1


def is_message(body: bytes) -> bool:
    """Whether it is JSON, and one JSON-RPC request, notification or answer, with an id of a sensible size.

    The protocol library would log an error of the server's for each that is none.
    """
    try:
        read: Any = pydantic_core.from_json(body)
        jsonrpc_message_adapter.validate_python(read, by_name=False)
    except (ValueError, ValidationError):
        return False
    number = read.get("id", 0)
    if isinstance(number, str):
        return len(number) <= LONGEST_ID
    return isinstance(number, int) and abs(number) <= GREATEST_ID
