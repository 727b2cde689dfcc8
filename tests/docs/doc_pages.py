"""The pages: their fenced blocks, their headings as anchors, and the links between them."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

ROOT = Path(__file__).parents[2]
SNIPPETS = ROOT / "docs" / "snippets"

# Pages that are linked to before they are there. One that is there has to be taken off.
AWAITED_PAGES = {}
# page -> what holds its blocks in the place of the tests here, and names the page.
HELD_ELSEWHERE = {
    "docs/calls.md": "tests/calls/test_calls_player.py",  # its blocks are parts of a call's file
    "docs/connecting.md": "tests/connecting/test_connecting_page.py",  # in the order of a new account
    "docs/deployment.md": "tests/packages/follow_page.py",  # as root, in a machine of its own
}

_FENCE = re.compile(r"^(?P<indent> *)(?P<ticks>`{3,})(?P<info>.*)$")
_HEADING = re.compile(r"^#{1,6} +(?P<text>.+?) *#*$")
_LINK = re.compile(r"(?<!!)\[(?P<text>[^\]]*)\]\((?P<target>[^)\s]+)\)")


@dataclass(frozen=True)
class Block:
    """One fenced block; `line` is that of its opening, `words` those of its info string."""

    page: str
    line: int
    words: tuple[str, ...]
    text: str

    @property
    def kind(self) -> str:
        return self.words[0] if self.words else ""

    @property
    def rule(self) -> str:
        """The second word, which says what of its kind a block is."""
        return self.words[1] if len(self.words) > 1 else ""

    @property
    def place(self) -> str:
        return f"{self.page}:{self.line}"


def page_names() -> list[str]:
    """Every page, as its path from the root."""
    found = [*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md"), *(ROOT / "deploy").rglob("*.md")]
    return sorted(str(path.relative_to(ROOT)) for path in found)


@cache
def read(page: str) -> str:
    return (ROOT / page).read_text(encoding="utf-8")


def split(page: str) -> tuple[list[Block], list[tuple[int, str]]]:
    """A page's blocks, and its lines outside of them with their numbers."""
    blocks: list[Block] = []
    prose: list[tuple[int, str]] = []
    opened: tuple[int, re.Match[str]] | None = None
    inside: list[str] = []
    for number, line in enumerate(read(page).splitlines(), start=1):
        fence = _FENCE.match(line)
        if opened is None and fence:
            opened, inside = (number, fence), []
        elif opened is None:
            prose.append((number, line))
        elif fence and fence["ticks"] == opened[1]["ticks"] and not fence["info"].strip():
            start, opening = opened
            depth = len(opening["indent"])
            text = "".join(f"{each[depth:]}\n" for each in inside)
            blocks.append(Block(page, start, tuple(opening["info"].split()), text))
            opened = None
        else:
            inside.append(line)
    assert opened is None, f"{page}:{opened and opened[0]} opens a block that nothing closes"
    return blocks, prose


def blocks(*kinds: str) -> list[Block]:
    """The blocks of these kinds (of any, without one) that are held here, in the pages' order."""
    return [
        block
        for page in page_names()
        if page not in HELD_ELSEWHERE
        for block in split(page)[0]
        if not kinds or block.kind in kinds
    ]


@cache
def anchors(page: str) -> frozenset[str]:
    """What can stand after # in a link to a page, as GitHub makes it of the headings."""
    seen: dict[str, int] = {}
    names: set[str] = set()
    for _, line in split(page)[1]:
        heading = _HEADING.match(line)
        if heading is None:
            continue
        plain = _LINK.sub(lambda link: link["text"], heading["text"])
        slug = re.sub(r"[^\w\- ]", "", plain.casefold()).replace(" ", "-")
        count = seen.get(slug, 0)
        seen[slug] = count + 1
        names.add(f"{slug}-{count}" if count else slug)
    return frozenset(names)


def links(page: str) -> Iterator[tuple[int, str, str]]:
    """Each link to something of the project: its line, the file from the root, and the anchor."""
    for number, line in split(page)[1]:
        for link in _LINK.finditer(line):
            target = link["target"]
            if re.match(r"[a-z]+:", target):
                continue
            path, _, anchor = target.partition("#")
            file = (ROOT / page).parent / path if path else ROOT / page
            yield number, str(file.resolve().relative_to(ROOT)), anchor
