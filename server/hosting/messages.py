"""Says whether a body is one message of the protocol."""

import pydantic_core
from mcp_types import jsonrpc_message_adapter
from pydantic import ValidationError


def is_message(body: bytes) -> bool:
    """Whether it is JSON, and one JSON-RPC request, notification or answer.

    The protocol library would log an error of the server's for each that is none.
    """
    try:
        jsonrpc_message_adapter.validate_python(pydantic_core.from_json(body), by_name=False)
    except (ValueError, ValidationError):
        return False
    return True
