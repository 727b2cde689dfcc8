"""An office of thirty thousand patients: what it costs to take it into memory, and to keep it there."""

import datetime as dt
import gc
import json
import random
import time
import tracemalloc

from harness import SLOW, ManualClock, served
from mirroring import mirrored_office

from server.desk.copies.patients import CopiedPatients
from server.sikka.copied import LAYOUT, PATIENTS
from store.mirror_rows import Lease, Record

MANY, SOME = 30_000, 2_000
MOST_SECONDS = 10.0  # of the processor's time, on whatever machine; docs/mirror.md has what was measured
MOST_BYTES = 10 * 1024


def rows_of(count):
    chance = random.Random(30)
    syllables = [first + second for first in "bcdfghklmnprst" for second in "aeiou"]
    words = ["".join(chance.choices(syllables, k=3)).title() for _ in range(900)]
    for number in range(count):
        known = {
            "patient_id": str(10_000 + number),
            "firstname": chance.choice(words[:300]),
            "lastname": chance.choice(words[300:]),
            "birthdate": str(dt.date(1930, 1, 1) + dt.timedelta(days=chance.randint(0, 34_000))),
            "cell": f"(603) {chance.randint(200, 999)}-{chance.randint(0, 9999):04}",
            "practice_id": "1",
            "status": "Active",
        }
        yield tuple(known.get(name, "") for name in PATIENTS.fields)


async def test_thirty_thousand_patients_fit_into_memory_and_are_there_before_a_caller_wonders(tmp_path):
    clock = ManualClock()
    async with served(SLOW, clock) as line, mirrored_office(line, tmp_path, clock) as office:
        await office.tend()
        mirror, owner = office.store.mirror, "the test"
        await mirror.claim(office.id, layout=LAYOUT, owner=owner, now=clock.now(), lease_ms=60_000)
        records = [Record(PATIENTS.id_of(row), row) for row in rows_of(MANY)]
        lease = Lease(owner, clock.now() + 60_000)
        assert await mirror.keep(office.id, PATIENTS.kind, records, generation=1, lease=lease) == MANY
        before = time.process_time()
        copy = await office.copy()
        taken = time.process_time() - before
        assert taken < MOST_SECONDS
        assert len(copy.patients) == MANY + len(office.practice.records.patients)


def test_a_patient_takes_little_of_the_memory():
    tracemalloc.start()
    try:
        held, patients = json.loads(json.dumps(list(rows_of(SOME)))), CopiedPatients()
        for values in held:
            patients.put(values)
        del held
        gc.collect()
        assert tracemalloc.get_traced_memory()[0] / len(patients) < MOST_BYTES
    finally:
        tracemalloc.stop()
