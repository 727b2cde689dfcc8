"""How a case is put to whoever chooses: messages and tools in OpenAI's form."""

import re
from collections.abc import Iterable
from pathlib import Path
from typing import Any, Final

from bench.tool_choice.cases import Case
from server.tools.surface import ToolSpec
from server.tools.toolsets import TOOLSETS

PROMPT: Final = Path(__file__).parents[2] / "docs" / "receptionist-prompt.md"
OFFICE: Final = "Cedar Grove Dental"
_HEADING: Final = {"en": "English", "es": "Español"}
_WEEKDAYS: Final = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")


def functions(specs: Iterable[ToolSpec]) -> list[dict[str, Any]]:
    """Tools as a model is given them."""
    return [
        {
            "type": "function",
            "function": {
                "name": spec.name,
                "description": spec.description,
                "parameters": spec.as_tool().input_schema,
            },
        }
        for spec in specs
    ]


def tools_for(case: Case) -> list[dict[str, Any]]:
    """The tools that are shown in a case."""
    return functions(spec for toolset in case.shown for spec in TOOLSETS[toolset])


def receptionist(language: str) -> str:
    """The system prompt of the documentation."""
    page = PROMPT.read_text(encoding="utf-8")
    found = re.search(rf"^## {_HEADING[language]}\n\n```text\n(.*?)^```$", page, re.MULTILINE | re.DOTALL)
    if found is None:
        raise LookupError(f"no prompt for {language} in {PROMPT.name}")
    return found[1].replace("{office}", OFFICE).strip()


def messages_for(case: Case, prompt: str = "") -> list[dict[str, str]]:
    """The conversation up to what the caller says; `prompt` takes the place of the documentation's."""
    weekday = _WEEKDAYS[case.today.weekday()]
    facts = [f"The office's date today, from office_info in this call: {weekday}, {case.today.isoformat()}."]
    facts += ["Handles from earlier answers of this call:"] if case.known else []
    facts += [f"- {known.what} [{known.handle}]" for known in case.known]
    system = "\n".join([prompt or receptionist(case.language), "", *facts])
    return [
        {"role": "system", "content": system},
        *(dict(message) for message in case.history),
        {"role": "user", "content": case.says},
    ]
