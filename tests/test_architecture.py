"""The walls between the rooms, read off the imports."""

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent

# room -> what it may import of ours (a prefix), besides itself
MAY_IMPORT = {
    "store": (),
    "sandbox": (),
    "server/sikka": ("server.clock",),
    "server/desk": ("store", "server.sikka", "server.clock", "server.settings"),
    "server/background": ("store", "server.sikka", "server.desk", "server.clock", "server.settings"),
    "server/tools": (
        "store",
        "server.sikka",
        "server.desk",
        "server",
        "server.access",
        "server.protocol_words",
    ),
    "server/hosting": (
        "server.runtime",
        "server.settings",
        "server.access",
        "server.clock",
        "server.protocol_words",
    ),
}
# room of the desk -> what of the desk it may import, besides itself
MAY_IMPORT_OF_THE_DESK = {
    "people": (),
    "charter": ("zones",),
    "copies": ("people", "charter", "zones"),
    "times": ("copies", "charter", "answers", "office", "proofs"),
    "writes": ("people", "copies", "answers", "doorbell", "gate", "office", "proofs", "together", "zones"),
}
NOT_IN = {
    "server/desk": ("mcp", "mcp_types", "httpx2", "starlette", "aiosqlite"),
    "server/sikka": ("mcp", "mcp_types", "starlette", "aiosqlite"),
    "server/background": ("mcp", "mcp_types", "httpx2", "starlette", "aiosqlite"),
    "store": ("mcp", "mcp_types", "httpx2", "starlette"),
}
OURS = ("server", "store", "sandbox")


def imports_of(path: Path) -> set[str]:
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            found.add(node.module)
    return found


def is_within(module: str, package: str) -> bool:
    return module == package or module.startswith(f"{package}.")


@pytest.mark.parametrize("room", MAY_IMPORT)
def test_a_room_imports_only_what_lies_below_it(room):
    itself = room.replace("/", ".")
    allowed = (itself, *MAY_IMPORT[room])
    wrong = [
        (path.name, module)
        for path in (ROOT / room).rglob("*.py")
        for module in imports_of(path)
        if module.split(".")[0] in OURS
        if not any(module == a if a == "server" else is_within(module, a) for a in allowed)
    ]
    assert wrong == []


@pytest.mark.parametrize("room", MAY_IMPORT_OF_THE_DESK)
def test_a_room_of_the_desk_imports_only_what_lies_below_it(room):
    desk = "server.desk"
    allowed = [f"{desk}.{below}" for below in (room, *MAY_IMPORT_OF_THE_DESK[room])]
    wrong = [
        (path.name, module)
        for path in (ROOT / "server/desk" / room).rglob("*.py")
        for module in imports_of(path)
        if is_within(module, desk) and not any(is_within(module, below) for below in allowed)
    ]
    assert wrong == []


def test_every_room_of_the_desk_has_its_place_in_the_table():
    rooms = {path.parent.name for path in (ROOT / "server/desk").glob("*/__init__.py")}
    assert rooms == set(MAY_IMPORT_OF_THE_DESK)


@pytest.mark.parametrize("room", NOT_IN)
def test_a_room_keeps_foreign_trades_out(room):
    wrong = [
        (path.name, module)
        for path in (ROOT / room).rglob("*.py")
        for module in imports_of(path)
        if any(is_within(module, foreign) for foreign in NOT_IN[room])
    ]
    assert wrong == []


def test_only_the_door_opens_the_composition_root():
    door = {"cli.py", "commands.py", "__main__.py", "connecting", "demo", "doctor", "operators", "shakedown"}
    others = [
        path.name
        for path in (ROOT / "server").rglob("*.py")
        if path.relative_to(ROOT / "server").parts[0] not in door and "server.app" in imports_of(path)
    ]
    assert others == []


def test_no_module_is_longer_than_four_hundred_lines():
    lengths = {
        str(path.relative_to(ROOT)): len(path.read_text(encoding="utf-8").splitlines())
        for package in OURS
        for path in (ROOT / package).rglob("*.py")
    }
    assert {name: lines for name, lines in lengths.items() if lines > 400} == {}
