"""Every command of docs/connecting.md is run, in its order, by somebody with a new account."""

import datetime as dt
import re
import shlex
from pathlib import Path

from sandbox.records import Patient

PAGE = (Path(__file__).parents[2] / "docs" / "connecting.md").read_text(encoding="utf-8")
COMMANDS = [
    line
    for block in re.findall(r"^```\n(.*?)^```$", PAGE, re.DOTALL | re.MULTILINE)
    for line in block.splitlines()
]
SAYS_YES = {"office apply", "shakedown"}  # these ask, and no terminal is there


async def test_the_page_leads_from_an_account_to_a_server_and_out_again(desk):
    assert [line.split()[1] for line in COMMANDS] == [
        *("connect", "office", "office", "doctor", "shakedown", "serve", "disconnect")
    ]
    async with desk(writeback_seconds=(0.2, 0.4)) as at:
        office = at.sandbox.world.offices["D10001"]
        who = Patient("990001", "1", "Testa", "Chairtime", dt.date(1990, 1, 1), cell="(555) 010-1234")
        office.records.patients[who.patient_id] = who
        office.refresh()
        for line in COMMANDS:
            name, *words = shlex.split(line)
            assert name == "chairtime"
            if words[0] == "serve":
                words = ["serve"]  # by HTTP it would go on; over stdio its host is gone at once
            yes = ["--yes"] if {words[0], " ".join(words[:2])} & SAYS_YES else []
            ended = await at.run(*words, *yes, **(at.pair if words[0] == "connect" else {}))
            assert ended.code == 0, (line, ended.said)
        booked = [row for row in office.records.appointments.values() if row.patient_id == "990001"]
        assert booked
        assert all(row.cancelled for row in booked)
        assert (at.folder / "shakedown.json").exists()


async def test_every_option_that_the_page_names_exists(desk):
    async with desk() as at:
        for command in ("connect", "shakedown", "disconnect"):
            helped = (await at.run(command, "--help")).out
            section = PAGE.partition(f"`chairtime {command}`" if command != "disconnect" else "## Ending it")[
                2
            ]
            named = set(re.findall(r"`?(--[a-z][a-z-]*)", section.partition("\n## ")[0]))
            assert named
            assert {option for option in named if option not in helped} == set()
