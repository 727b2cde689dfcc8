"""The page of the sandbox, held to the people, routes and faults that are there."""

import re

from doc_pages import read

from sandbox.control import control_routes
from sandbox.faults import KINDS
from sandbox.names import KNOWN
from sandbox.world import SandboxConfig, World

PAGE = read("docs/sandbox.md")


def rows(heading):
    """The cells of the rows of the section's tables, without their heads."""
    section = PAGE.partition(f"\n## {heading}\n")[2].partition("\n## ")[0]
    lines = [line for line in section.splitlines() if line.startswith(("| ", "|--"))]
    return [
        [cell.strip() for cell in line.strip("|").split("|")] for line in lines if not line.startswith("|--")
    ]


def test_everybody_whom_the_page_names_is_on_file_and_nobody_is_left_out():
    digits = [re.sub(r"\D", "", known.cell or known.home or known.work)[-10:] for known in KNOWN]
    assert [
        (name, born, number.replace("-", "")) for name, born, number, _ in rows("Who is on file")[1:]
    ] == [
        (f"{known.first} {known.last}", known.born.isoformat(), number)
        for known, number in zip(KNOWN, digits, strict=True)
    ]
    assert [known.first for known in KNOWN if not known.booked] == ["Anna"]


def test_every_route_of_the_controls_stands_on_the_page_with_its_methods():
    named = set()
    for methods, routes, _ in rows("What can be made to happen")[1:]:
        paths = re.findall(r"`([^`]+)`", routes)
        first = paths[0].rpartition("/")[0]
        named |= {(method, path.replace("…", first)) for path in paths for method in methods.split(", ")}
    served = {
        (method, route.path)
        for route in control_routes(World(SandboxConfig()))
        for method in (route.methods or set()) - {"HEAD"}
    }
    assert named == served


def test_every_kind_of_fault_stands_on_the_page():
    told = PAGE.partition("\nFaults: ")[2]
    assert tuple(name for name in re.findall(r"`(\w+)`", told)) == KINDS


def test_the_practice_is_the_one_that_the_page_describes():
    config = SandboxConfig()
    [spec] = config.offices
    assert (f"{spec.office_id}/{spec.practice_id}", spec.pms, spec.patients) == (
        "D10001/1",
        "OpenDental",
        120,
    )
    chairs = [row.name.split()[0] for row in World(config).offices["D10001"].records.operatories.values()]
    assert chairs == ["Doctor", "Doctor", "Hygiene", "Hygiene", "Overflow"]
    assert f"export SIKKA_APP_ID={config.app_id}\nexport SIKKA_APP_KEY={config.app_key}\n" in PAGE
