"""The audit of real calls, and the commands of operators on it, on the keys and on a patient."""

import json
from contextlib import asynccontextmanager

import pytest
from harness import FAST_SETTINGS, SLOW, ManualClock, RunningClock, open_office, quiet_office, served
from mcp import Client

from server.clock import SystemClock
from server.failures import ConfigurationError, Failure
from server.operators import audit, forgetting, keys
from server.operators.records import Records
from server.operators.retrying import put_down_anew
from server.operators.tables import Page
from server.settings import Settings
from store.audit import Step
from store.errors import OlderKeyInUse, SealingKeyWrong
from store.inbox import NewTask, TaskKind
from store.ledger_rows import NewWriteback
from store.ledger_states import OPEN, State

ANNA = {"name": "Anna Lindqvist", "date_of_birth": "1986-04-12"}
AVA = {"name": "Ava Whitaker", "date_of_birth": "2014-05-09"}  # a child, so that a parent may speak for her
NOBODY = {"name": "Nobody Here", "date_of_birth": "1951-01-01"}
QUIET = Page(as_json=True, reveal=False)


def settings_of(folder, **changes):
    return Settings(database_url=f"sqlite:///{folder / 'chairtime.sqlite3'}", **(FAST_SETTINGS | changes))


async def ask(office, tool, /, **arguments):
    async with Client(office.app.surface) as client:
        result = await client.call_tool(tool, arguments, meta={"call_id": "c-1"})
    return result.structured_content


async def entries(office):
    store, number = office.store, office.id
    return [entry async for portion in store.audit.entries(number) for entry in portion]


async def booked(office):
    told = await ask(office, "find_patient", **AVA, caller_is="parent")
    slots = await ask(office, "find_slots", reason="exam")
    return await ask(
        office,
        "book_appointment",
        patient=told["patient"],
        slot=slots["slots"][0]["slot"],
        caller_confirmed=True,
    )


async def test_a_call_is_audited_with_names_and_never_a_value(tmp_path):
    async with open_office(tmp_path, RunningClock()) as office:
        await booked(office)
        await ask(office, "find_patient", **NOBODY)
        await ask(office, "find_patient", **NOBODY, caller_is="Lindqvist")
        found, slots, done, told, tried, unknown = await entries(office)
        assert (found.tool, found.outcome, found.spoke_as) == ("find_patient", "verified", "parent")
        assert found.patient_key == office.store.index.keyed_hash(
            "patient", office.id, office.patient("Ava Whitaker").patient_id
        )
        assert {"patient"} <= set(found.fields)
        assert "slots.start" in slots.fields
        assert (done.step, done.tool, done.outcome) == (Step.DONE, "book_appointment", "intent")
        assert (told.step, told.record, told.patient_key) == (Step.TOLD, done.record, found.patient_key)
        assert "say.when" in told.fields
        assert (done.spoke_as, told.spoke_as) == ("parent", "parent")
        assert (tried.outcome, tried.patient_key, tried.fields) == ("not_verified", None, ("news",))
        assert (unknown.outcome, unknown.patient_key, unknown.spoke_as) == ("invalid_input", None, "")
        assert len({entry.call_key for entry in (found, slots, done, told, tried, unknown)}) == 1
        assert {entry.caller for entry in (found, done)} == {"stdio"}
        assert not [word for word in ("Ava", "Whitaker", "2014") if word in repr(await entries(office))]
        assert (await office.store.audit.verify(office.id)).entries == 6


async def test_an_answer_is_kept_by_one_commit_with_its_entry_beside_what_it_holds(tmp_path, monkeypatch):
    async with open_office(tmp_path) as office:
        database, kept = office.store.database, []
        write_all = database.write_all

        async def noted(changes):
            kept.append([change.sql.split()[2] for change in changes])
            return await write_all(changes)

        monkeypatch.setattr(database, "write_all", noted)
        await ask(office, "find_slots", reason="exam")
        assert kept == [["holds"], ["handles", "audit"]]


async def test_what_cannot_be_audited_is_not_disclosed_but_a_write_is_told(tmp_path, monkeypatch):
    async def broken(*_):
        raise OSError("disk full")

    async with open_office(tmp_path) as office:
        told = await ask(office, "find_patient", **ANNA)
        slots = await ask(office, "find_slots", reason="exam")
        monkeypatch.setattr(type(office.store.audit), "add", broken)
        facts = await ask(office, "find_patient", **ANNA)
        assert facts["outcome"] == "internal"
        assert "patient" not in facts
        wanted = {"patient": told["patient"], "slot": slots["slots"][0]["slot"]}
        facts = await ask(office, "book_appointment", **wanted, caller_confirmed=True)
        assert facts["outcome"] in {"pending", "confirmed"}
        assert [entry.step for entry in await entries(office)][-1] is Step.DONE
        monkeypatch.undo()
        known = await ask(office, "check_writeback", writeback=facts["writeback"])
        assert known["outcome"] in {"pending", "confirmed"}


@asynccontextmanager
async def kept_store(tmp_path):
    """A store in which something was done, closed."""
    async with open_office(tmp_path) as office:
        await booked(office)
    yield settings_of(tmp_path)


async def test_the_audit_is_exported_and_holds_against_its_own_head(tmp_path, capsys):
    async with kept_store(tmp_path) as settings:
        capsys.readouterr()
        assert await audit.export(settings, "") == 0
        out = capsys.readouterr().out
        *lines, last, whole = [json.loads(line) for line in out.splitlines()]
        assert [line["seq"] for line in lines] == list(range(1, len(lines) + 1))
        assert last["head"] == {"seq": len(lines), "seal": lines[-1]["seal"]}
        assert whole == {"office": audit.INSTALLATION, "head": {"seq": 0, "seal": ""}}
        head = tmp_path / "head.jsonl"
        head.write_text(out, encoding="utf-8")
        assert await audit.verify(settings, QUIET, "", head) == 0
        later = {**last, "head": {**last["head"], "seq": last["head"]["seq"] + 1}}
        head.write_text(json.dumps(later) + "\n", encoding="utf-8")
        with pytest.raises(Failure, match="D10001/1"):
            await audit.verify(settings, QUIET, "", head)
        head.write_text(json.dumps({**last, "office": "D9/9"}) + "\n", encoding="utf-8")
        with pytest.raises(Failure, match="D9/9"):  # an office that went, with all its entries
            await audit.verify(settings, QUIET, "", head)
        for nothing in ("", "not json", '{"head": 1, "office": "x"}'):
            head.write_text(nothing, encoding="utf-8")
            with pytest.raises(ConfigurationError):
                await audit.verify(settings, QUIET, "", head)


async def test_keys_are_rotated_and_dropped_and_a_wrong_one_is_refused(tmp_path, capsys):
    async with kept_store(tmp_path) as settings:
        file = tmp_path / "chairtime.sqlite3.key"
        old = file.read_text()
        capsys.readouterr()
        assert await keys.rotate(settings, QUIET) == 0
        assert len(file.read_text().split()) == 2
        assert await keys.drop(settings, QUIET) == 0
        assert len(file.read_text().split()) == 1
        assert await keys.drop(settings, QUIET) == 0
        with pytest.raises(SealingKeyWrong):
            await keys.rotate(settings_of(tmp_path, key=old), QUIET)
        said = [json.loads(part) for part in capsys.readouterr().out.replace("}\n{", "}\0{").split("\0")]
        assert [record.get("dropped") for record in said][-2:] == [1, 0]
        assert await audit.verify(settings, QUIET, "", None) == 0


async def test_somebody_who_seals_on_with_an_older_key_is_named_as_the_trouble(tmp_path, monkeypatch):
    async with kept_store(tmp_path) as settings:

        async def some(*_):
            return 3

        monkeypatch.setattr("store.rotation.Rotation.left", some)
        with pytest.raises(Failure, match="3 rows"):
            await keys.rotate(settings, QUIET)
        monkeypatch.setattr("store.rotation.Rotation._left", some)
        with pytest.raises(OlderKeyInUse):
            await keys.drop(settings, QUIET)


async def test_a_patient_is_forgotten_when_nothing_is_open_or_it_is_taken_back(tmp_path, capsys):
    clock = ManualClock(SystemClock().now() / 1000)
    async with served(SLOW, clock) as line, quiet_office(line, tmp_path, clock) as office:
        settings, patient = settings_of(tmp_path), office.patient().patient_id
        free = await office.free()
        unsent, sent = await office.book(free[0]), await office.book(free[-1])
        now = office.clock.now()
        for state in (State.SENDING, State.SUBMITTED):
            await office.ledger.change(sent.id, state, now, expect=OPEN)
        await office.store.inbox.open_task(
            NewTask(office=office.id, kind=TaskKind.MESSAGE, body={"patient_id": patient}), now
        )
        with pytest.raises(Failure, match=r"task .*not done\nNothing was changed"):
            await forgetting.forget(settings, QUIET, "", patient, withdraw=False, by="Ann")
        with pytest.raises(Failure, match=r"book that is submitted\nWhat could be taken back is"):
            await forgetting.forget(settings, QUIET, "", patient, withdraw=True, by="Ann")
        assert (await office.row(unsent)).state is State.WITHDRAWN
        await office.ledger.change(sent.id, State.WITHDRAWN, now, expect=OPEN)
        capsys.readouterr()
        assert await forgetting.forget(settings, QUIET, "D10001", patient, withdraw=True, by="Ann") == 0
        [done] = json.loads(capsys.readouterr().out)["forgotten"]
        assert (done["writes"], done["tasks"], done["office"]) == (2, 1, "D10001/1")
        assert (await office.row(unsent)).facts == (await office.row(sent)).facts == {}
        audited = await entries(office)
        assert {entry.caller for entry in audited} == {"operator Ann"}
        outcomes = sorted(entry.outcome for entry in audited)
        assert outcomes == ["forgotten", "task_done", "wish_withdraw", "withdrawn"]
        with pytest.raises(Failure, match="not kept any more"):
            await put_down_anew(Records(office.store, [], {}), settings, await office.row(sent))


@pytest.mark.parametrize("nobody", ["", "  "])
async def test_an_empty_id_forgets_nobody_and_takes_nothing_of_a_stranger_back(tmp_path, nobody):
    clock = ManualClock(SystemClock().now() / 1000)
    async with served(SLOW, clock) as line, quiet_office(line, tmp_path, clock) as office:
        register = NewWriteback(
            office=office.id,
            natural_key=None,
            operation="register",
            method="POST",
            endpoint="patient",
            body={"firstname": "Ruth"},
            facts={"first_name": "Ruth"},
            send_before=office.clock.now() + 600_000,
        )
        row, _ = await office.ledger.append(register, office.clock.now())
        with pytest.raises(ConfigurationError, match=r"id is needed.*Nothing was changed"):
            await forgetting.forget(settings_of(tmp_path), QUIET, "", nobody, withdraw=True, by="Ann")
        assert (await office.row(row)).state is row.state
        assert (await office.row(row)).facts == register.facts


async def test_of_whom_nothing_was_kept_is_said_and_nothing_will_be(tmp_path, capsys):
    async with open_office(tmp_path) as office:
        settings, page = settings_of(tmp_path), Page(as_json=False, reveal=False)
        capsys.readouterr()
        assert await forgetting.forget(settings, page, "", " 9999 ", withdraw=False, by="Ann") == 0
        said = capsys.readouterr().out
        assert said.startswith("Nothing was kept of a patient with this id, so nothing was removed")
        assert "From now on nothing will be kept" in said
        [kept] = await office.store.database.fetch("SELECT patient_key FROM forgotten")
        assert kept["patient_key"] == office.store.index.keyed_hash("patient", office.id, "9999")


async def test_which_office_is_meant_has_to_be_said_where_there_are_several(tmp_path):
    async with open_office(tmp_path) as office:
        await office.store.offices.upsert(
            "D2",
            "1",
            practice_name="",
            pms="",
            pms_version="",
            zone_name="",
            secret_key=None,
            as_of="",
            now=1,
        )
        with pytest.raises(ConfigurationError, match="D2/1"):
            await forgetting.forget(settings_of(tmp_path), QUIET, "", "1", withdraw=False, by="Ann")
