"""Prints how many tokens the tools take of a model's context, and fails where they are too many.

`make tokens` runs it with the folder into which npm has put the vocabularies. The suite has no vocabulary: it
holds the list against `at_most`, and this holds `at_most` against the vocabularies.
"""

import json
import subprocess
import sys
from pathlib import Path

from tool_list import MOST_TOKENS, as_functions, at_most

from server.tools.toolsets import ALL, TOOLSETS

COUNTER = Path(__file__).parent / "count.mjs"
DEFAULT = "scheduling"
EVERYTHING = "all three"


def counted(texts, node, modules):
    """Tokens of each text by each vocabulary."""
    ran = subprocess.run(
        [node, str(COUNTER), modules], input=json.dumps(texts), capture_output=True, text=True, check=True
    )
    return json.loads(ran.stdout)


def row(cells):
    """Of the table."""
    return "{:12} {:>5} {:>10} {:>8} {:>12} {:>12}".format(*cells)


def main(node, modules):
    """Print a row for each toolset; 1 where the default set is too dear or the suite's bound too low."""
    shown = {**TOOLSETS, EVERYTHING: ALL}
    texts = {name: as_functions(specs) for name, specs in shown.items()}
    counts = counted(texts, node, modules)
    lines = [row(("toolset", "tools", "characters", "at most", *counts[DEFAULT]))]
    wrong = []
    for name, text in texts.items():
        tokens = counts[name].values()
        lines.append(row((name, len(shown[name]), len(text), at_most(text), *tokens)))
        if max(tokens) > at_most(text):
            wrong.append(f"{name}: at_most is no bound; lower CHARACTERS_A_TOKEN in tests/tool_list.py")
    if max(counts[DEFAULT].values()) > MOST_TOKENS:
        wrong.append(f"{DEFAULT}: more than {MOST_TOKENS} tokens")
    print(*lines, *wrong, sep="\n")  # noqa: T201 - the answer
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
