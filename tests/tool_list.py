"""The tools as agents see them, in a file that a test compares; `make tool-list` writes it anew."""

import json
import math
from pathlib import Path

from bench.tool_choice.asking import functions
from server.tools.toolsets import TOOLSETS

MOST_TOKENS = 2_000  # of the default set, in every turn of a call
CHARACTERS_A_TOKEN = 4.25  # fewer than `make tokens` finds: 4.4 to 4.6 in any set of tools
SNAPSHOT = Path(__file__).parent / "tools" / "tools_list.json"


def listed() -> str:
    """Every toolset's tools in the protocol's form."""
    tools = {
        name: [spec.as_tool().model_dump(mode="json", by_alias=True, exclude_none=True) for spec in specs]
        for name, specs in TOOLSETS.items()
    }
    return json.dumps(tools, indent=2, ensure_ascii=False) + "\n"


def as_functions(specs):
    """What a model is given of some tools: OpenAI's function form as compact JSON, as runtimes send it."""
    return json.dumps(functions(specs), separators=(",", ":"), ensure_ascii=False)


def at_most(text):
    """A bound of the tokens in tools' JSON that needs no vocabulary; `make tokens` holds it against some."""
    return math.ceil(len(text) / CHARACTERS_A_TOKEN)


if __name__ == "__main__":
    SNAPSHOT.write_text(listed(), encoding="utf-8")
