"""Holds what Inspector printed against the tool contract and against what each call has to bring."""

import sys
from pathlib import Path

from contract import assert_contract, assert_tool_contract
from mcp_types import CallToolResult, ListToolsResult

from server.tools.toolsets import shown


def the_tools(text: str) -> None:
    tools = ListToolsResult.model_validate_json(text, by_name=False).tools
    assert [tool.name for tool in tools] == [spec.name for spec in shown({"scheduling"}, read_only=False)]
    for tool in tools:
        assert_tool_contract(tool)


def answer(text: str) -> dict:
    result = CallToolResult.model_validate_json(text, by_name=False)
    assert_contract(result)
    assert result.is_error is False
    assert result.structured_content is not None
    return result.structured_content


def free_times(text: str) -> None:
    facts = answer(text)
    assert facts["outcome"] == "ok"
    assert 1 <= len(facts["slots"]) <= 3


def the_patient(text: str) -> None:
    facts = answer(text)
    assert facts["outcome"] == "verified"
    assert facts["patient"].startswith("p")


def a_question(text: str) -> None:
    facts = answer(text)
    assert facts["outcome"] == "invalid_input"
    assert facts["say"].endswith("?")


EXPECTED = {
    "the-tools": the_tools,
    "free-times": free_times,
    "the-patient": the_patient,
    "a-question": a_question,
}


def judge(run: Path) -> str:
    """What is wrong with one run; "" for nothing."""
    if (code := run.with_suffix(".code").read_text().strip()) != "0":
        return f"Inspector ended with {code}"
    expected, *_ = run.read_text().splitlines()
    try:
        EXPECTED[expected](run.with_suffix(".out").read_text(encoding="utf-8"))
    except Exception as problem:  # noqa: BLE001 - whatever is wrong with an answer, the others are judged too
        return f"{type(problem).__name__}: {problem}"
    return ""


def judge_all(folder: Path) -> int:
    """Say of every run in a folder whether it went as expected; the number of those that did not."""
    runs = sorted(folder.glob("*.expected"))
    failed = 0
    for run in runs:
        expected, way = run.read_text().splitlines()
        problem = judge(run)
        failed += bool(problem)
        print("FAIL" if problem else "ok  ", expected, "over", way)  # noqa: T201 - a command's answer
        if problem:
            said = run.with_suffix(".err").read_text() + run.with_suffix(".out").read_text()
            print(f"{problem}\n{said}")  # noqa: T201 - as above
    print(f"{len(runs) - failed} passed, {failed} failed")  # noqa: T201 - as above
    return failed + (not runs)


if __name__ == "__main__":
    sys.exit(judge_all(Path(sys.argv[1])) > 0)
