"""What a request is told that the protocol itself refuses: one sentence to each of its error codes.

The protocol library's own sentences quote what was sent, and its parsers' texts.
"""

from collections.abc import Mapping
from typing import Any, Final

INTERNAL_ERROR: Final = -32603
INVALID_PARAMS: Final = -32602
# What a client speaks on with, by the specification: the versions that are known here.
TELLS_VERSIONS: Final = -32022

WORDS: Final[Mapping[int, str]] = {
    -32700: "The request is not readable as JSON.",
    -32600: "That is no request of this protocol.",
    -32601: "There is no such method here.",
    INVALID_PARAMS: "The request does not have what its method takes.",
    INTERNAL_ERROR: "Something went wrong here. Nothing more can be said of it.",
    -32020: "The request's headers and its body do not say the same.",
    TELLS_VERSIONS: "This version of the protocol is not spoken here.",
}
"""By the codes of JSON-RPC 2.0 and MCP."""


def error_of(code: int, data: Any = None) -> dict[str, Any]:
    """A protocol error in our words; of the library's `data` only what a client goes on with.

    A code without words of its own becomes an internal error.
    """
    code = code if code in WORDS else INTERNAL_ERROR
    told: dict[str, Any] = {"code": code, "message": WORDS[code]}
    return {**told, "data": data} if code == TELLS_VERSIONS and data is not None else told
