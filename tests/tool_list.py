"""The tools as agents see them, in a file that a test compares; `make tool-list` writes it anew."""

import json
from pathlib import Path

from server.tools.toolsets import TOOLSETS

SNAPSHOT = Path(__file__).parent / "tools" / "tools_list.json"


def listed() -> str:
    """Every toolset's tools in the protocol's form."""
    tools = {
        name: [spec.as_tool().model_dump(mode="json", by_alias=True, exclude_none=True) for spec in specs]
        for name, specs in TOOLSETS.items()
    }
    return json.dumps(tools, indent=2, ensure_ascii=False) + "\n"


if __name__ == "__main__":
    SNAPSHOT.write_text(listed(), encoding="utf-8")
