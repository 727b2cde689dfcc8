"""The measurement of how long callers wait: every kind of caller is asked for, and the page shows them."""

from bench import callers
from bench.reads_report import with_block
from sandbox.world import OfficeSpec, SandboxConfig, World


def test_every_kind_of_caller_is_drawn_as_it_is_called():
    world = World(SandboxConfig(seed=7, offices=(OfficeSpec("D10001", patients=60),)))
    people = [who for who in next(iter(world.offices.values())).records.patients.values() if who.birthdate]
    names = {f"{who.firstname} {who.lastname}" for who in people}
    born = {(f"{who.firstname} {who.lastname}", who.birthdate) for who in people}
    days = {who.birthdate for who in people}
    draw = callers.Draw(people)
    for _ in range(20):
        assert draw.known() in born
        assert draw.misheard()[0] not in names
        assert draw.wrong_date() not in born
        name, day = draw.unknown()
        assert name not in names
        assert day in days
        assert draw.unknown_day()[1] not in days
    assert draw.ambiguous()[1] in days
    assert {outcome for outcome, _ in callers.kinds(draw).values()} == {"verified", "not_verified"}


def test_the_table_shows_every_kind_with_its_spread():
    text = callers.table(30_000, {"on file": [1.0, 2.0, 3.0, 4.0], "unknown": [2.0] * 5})
    assert "30,000 patients, 4 calls or more of each kind" in text
    assert "| on file | 1.2 | 2.5 | 3.8 |" in text
    assert "| unknown | 2.0 | 2.0 | 2.0 |" in text
    page = f"{callers.BEGIN}\n{callers.END}\n"
    assert text in with_block(page, text, callers.BEGIN, callers.END)
    assert callers.BEGIN in callers.PAGE.read_text(encoding="utf-8")
