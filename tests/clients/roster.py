"""The clients that are run: which release, in which environment, and what each can do."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Final

from reading import Heard, of_json_block, of_json_string, of_structure, of_text

WAYS: Final = ("http", "sse", "stdio")
HEADER, META, HIDDEN = "header", "meta", "hidden"


@dataclass(frozen=True)
class ClientKind:
    """One client as a column of the table.

    Attributes:
        adapter: the script that drives it, in `adapters/`.
        environment: the requirements file it runs with; "" for the project's own environment.
        hears: how a model's words are taken out of what the client makes of an answer.
        tells: the ways in which it can tell the server the call's id and number.
        answers_within: seconds that it gives a tool unless it is told otherwise.
        lets_go: what the runtime does with a call that is talked over: "cancel", or "drop" its answer.
        options: for its adapter.
        strict: whether it converts schemas to the strict form.
    """

    adapter: str
    environment: str
    hears: Callable[[str], Heard]
    tells: tuple[str, ...]
    lets_go: str
    answers_within: float = 5.0
    options: dict[str, Any] = field(default_factory=dict)
    strict: bool = False
    any_tool: bool = False  # whether it passes on a name that the list does not have


KINDS: Final[dict[str, ClientKind]] = {
    "sdk": ClientKind(
        "sdk.py", "", of_text, (HEADER, META, HIDDEN), "cancel", options={"mode": "2026-07-28"}, any_tool=True
    ),
    "sdk-legacy": ClientKind(
        "sdk.py", "", of_text, (HEADER, META, HIDDEN), "cancel", options={"mode": "legacy"}, any_tool=True
    ),
    "livekit": ClientKind("livekit_agents.py", "livekit", of_json_block, (HEADER,), "drop"),
    "livekit-mcp1": ClientKind("livekit_agents.py", "livekit-mcp1", of_json_block, (HEADER,), "drop"),
    "pipecat": ClientKind("pipecat_ai.py", "pipecat", of_json_string, (HEADER, HIDDEN), "cancel"),
    "pipecat-mcp1": ClientKind("pipecat_ai.py", "pipecat-mcp1", of_json_string, (HEADER, HIDDEN), "cancel"),
    "openai-agents": ClientKind(
        "openai_agents.py", "openai-agents", of_text, (HEADER, META), "cancel", strict=True
    ),
    # The same with `use_structured_content`: then the model reads nothing but that.
    "openai-structured": ClientKind(
        "openai_agents.py",
        "openai-agents",
        of_structure,
        (HEADER, META),
        "cancel",
        options={"structured": True},
        strict=True,
    ),
}
