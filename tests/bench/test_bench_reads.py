"""The measurement of reads itself: it runs, every tool is in it, and the page says what was measured."""

import pytest

from bench import reads
from bench.reads_report import BEGIN, END, Cost, Memory, Report, Start, block, goal_of, with_block
from bench.reads_stage import CHAIRS, OTHERS, Size, world_of
from server.tools.toolsets import ALL

pytestmark = pytest.mark.no_cover  # other tests cover what it runs; traced, it would take twice as long

ECHO = Cost(2.0, 4.0, 9.0)


def test_every_tool_that_reads_is_measured():
    assert set(reads.READS) == {spec.name for spec in ALL if not spec.writes}


@pytest.mark.parametrize(
    ("name", "cpu", "said"),
    [
        ("office_info", 2.6, "≤ 1.3 × echo: met"),
        ("office_info", 2.61, "≤ 1.3 × echo: missed"),
        ("find_slots", 6.0, "≤ echo + 4 ms: met"),
        ("find_slots", 6.01, "≤ echo + 4 ms: missed"),
        ("get_balance", 99.0, ""),
    ],
)
def test_a_goal_is_met_or_missed_by_the_servers_cpu(name, cpu, said):
    assert goal_of(name, Cost(cpu, 1.0, 1.0), ECHO) == said


def test_the_page_shows_each_size_and_leaves_the_rest_as_it_was():
    report = Report(
        30_000,
        1,
        ECHO,
        Cost(3.0, 8.0, 12.0),
        {"find_slots": Cost(5.0, 8.25, 20.0)},
        Memory(Start(0.5, 60.0), Start(1.25, 90.4), 61.0, 140.6),
    )
    guarded = Report(1000, 50, ECHO, ECHO, {"office_info": ECHO}, tokens="JWT")
    text = block([report, guarded], rounds=3, calls=4)
    assert "3 rounds of 4 calls" in text
    assert "### 30,000 patients, 1 office\n" in text
    assert "| echo (bare) | 2.00 | 1.00 | 0.00 | 4.0 | 9.0 |  |" in text
    assert "| echo and a durable row (bare) | 3.00 | 1.50 | 1.00 | 8.0 | 12.0 |  |" in text
    assert "### 1,000 patients, 50 offices, JWT\n" in text
    assert text.count("first answer") == 1
    assert "| find_slots | 5.00 | 2.50 | 3.00 | 8.2 | 20.0 | ≤ echo + 4 ms: met |" in text
    assert "| ours | 1.25 | 90 | 141 |" in text
    page = with_block(f"before\n{BEGIN}\nold\n{END}\nafter\n", text)
    assert page == f"before\n{BEGIN}\n\n{text}\n\n{END}\nafter\n"
    assert with_block(page, text) == page
    with pytest.raises(ValueError, match="the page has no"):
        with_block("no marks", text)


def test_a_world_has_ten_chairs_in_every_office_and_the_first_of_the_size_asked_for():
    world = world_of(Size(OTHERS + 50, 2), seed=7)
    first, second = world.offices.values()
    assert (len(first.records.patients), len(second.records.patients)) == (OTHERS + 50, OTHERS)
    for office in (first, second):
        shown = office.copy.records
        chairs = [chair.name for chair in shown.operatories.values() if not chair.hidden]
        assert len(chairs) == CHAIRS
        used = {row.operatory for row in shown.appointments.values()}
        assert used == set(chairs)
        weeks = {week.resource_id for week in shown.schedules if week.kind == "operatory"}
        assert weeks == set(chairs)


def test_sizes_are_read_as_patients_and_offices():
    assert reads.sizes_of("1000x1,30000x50") == [Size(1000, 1), Size(30000, 50)]


async def test_a_small_run_measures_every_tool_over_both_servers(monkeypatch):
    async def once(house, starts):
        return Start(0.1, 1.0), Start(0.2 * starts, 2.0)

    monkeypatch.setattr(reads, "measure_start", once)  # it would start both servers once more
    reports = await reads.run(Size(40, 2), rounds=1, calls=2, starts=1)
    assert [report.tokens for report in reports] == ["", "static token", "JWT"]
    for report in reports:
        assert set(report.reads) == set(reads.READS)
        for cost in (report.echo, report.noted, *report.reads.values()):
            assert cost.cpu > 0
            assert 0 < cost.p50 <= cost.p99
    memory = reports[0].memory
    assert memory
    assert min(memory.bare_used, memory.ours_used) > 1
    assert memory.ours == Start(0.2, 2.0)
