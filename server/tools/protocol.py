"""Keeps the protocol library's own words from whoever calls: its errors are told in ours."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Final

import structlog
from mcp.server.context import CallNext, HandlerResult, ServerRequestContext
from mcp.shared.exceptions import MCPError
from pydantic import ValidationError

from server.protocol_words import INTERNAL_ERROR, INVALID_PARAMS, error_of

CALL: Final = "tools/call"
PROMPT: Final = "prompts/get"  # there are none, which the library says by an exception of its own
log = structlog.get_logger(__name__)


async def in_our_words(ctx: ServerRequestContext[Any, Any], call_next: CallNext) -> HandlerResult:
    """Pass a request on, and tell of what it fails by with nothing of what was sent, or of an exception."""
    try:
        return await call_next(replace(ctx, params=_read(ctx.params)) if ctx.method == CALL else ctx)
    except MCPError as error:
        code, data = error.error.code, error.error.data
    except ValidationError:
        code, data = INVALID_PARAMS, None
    except Exception as error:  # noqa: BLE001 - no exception's text may reach a caller
        unknown_prompt = ctx.method == PROMPT and isinstance(error, ValueError)
        if not unknown_prompt:
            log.error("request_crashed", error=type(error).__name__)
        code, data = INVALID_PARAMS if unknown_prompt else INTERNAL_ERROR, None
    raise MCPError(**error_of(code, data))


def _read(params: Mapping[str, Any] | None) -> Mapping[str, Any] | None:
    """Arguments that are no object are none, so that the tool itself asks for what it lacks."""
    if params is None or isinstance(params.get("arguments"), dict | None):
        return params
    return {**params, "arguments": {}}
