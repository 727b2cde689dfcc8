"""The reference of every key of an office's document, between two marks of docs/office.md.

A test compares it with the table of keys; `python tests/office_reference.py` writes it anew.
"""

from pathlib import Path

from server.desk.charter.keys import SECTIONS, keys_of

PAGE = Path(__file__).parent.parent / "docs" / "office.md"
FIRST, LAST = "<!-- keys -->\n", "<!-- end of keys -->\n"


def reference():
    """One table a section."""
    parts = []
    for section in SECTIONS:
        header = f"`[[{section.name}]]`" if section.many else f"`[{section.name}]`"
        title = header if section.name else "At the top"
        rows = [
            f"| `{key.name or 'monday … sunday'}` | {key.kind.name} | "
            f"{'must be there' if key.required else key.default} | {key.meaning} | `{key.example}` |"
            for key in keys_of(section.name).values()
        ]
        head = ["| key | takes | without it | meaning | example |", "|---|---|---|---|---|"]
        parts.append("\n".join([f"### {title}", "", section.meaning, "", *head, *rows, ""]))
    return "\n".join(parts)


def shown():
    """What the page says between the marks."""
    return PAGE.read_text(encoding="utf-8").partition(FIRST)[2].partition(LAST)[0]


if __name__ == "__main__":
    before, _, rest = PAGE.read_text(encoding="utf-8").partition(FIRST)
    after = rest.partition(LAST)[2]
    PAGE.write_text(f"{before}{FIRST}\n{reference()}\n{LAST}{after}", encoding="utf-8")
