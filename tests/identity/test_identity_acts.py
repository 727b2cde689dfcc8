"""What each act asks for, and which fields each tool may answer, read off the tables."""

from dataclasses import replace

from harness import MONDAY

from server.desk.charter.terms import IdentityLevel
from server.desk.identity import BY_NUMBER, FOR_A_MINOR, age, may
from server.desk.proofs import PatientProof
from server.tools.disclosing import DISCLOSED, allowed
from server.tools.toolsets import ALL


def test_somebody_is_of_age_on_the_birthday():
    today = MONDAY.date()
    assert age(today.replace(year=today.year - 18), today) == 18
    assert age(today.replace(year=today.year - 18, day=today.day + 1), today) == 17


def test_every_act_on_a_record_asks_for_name_and_birth_date_but_booking_by_the_careful_default():
    shown = PatientProof("1", "Anna", proven=("name", "birth_date"))
    number = PatientProof("1", "Anna", proven=("name", "number"))
    child = replace(shown, caller_is="parent")
    acts = {spec.operation for spec in ALL}
    assert BY_NUMBER[IdentityLevel.BOOKING] <= acts
    assert acts >= FOR_A_MINOR
    for act in acts:
        for level in IdentityLevel:
            assert may(shown, act, level) is None
            by_number = act in {"find_slots", "book", "check_writeback"} and level == "booking"
            assert may(number, act, level) == (None if by_number else "need_more")
        assert may(child, act, IdentityLevel.BOOKING) == (None if act in FOR_A_MINOR else "needs_human")
    assert not FOR_A_MINOR & {"get_balance", "get_insurance", "update_patient", "add_note", "record_payment"}


def test_every_tool_has_its_list_of_fields_and_nothing_else_gets_out():
    assert {spec.name for spec in ALL} == DISCLOSED.keys()
    for spec in ALL:
        assert not {"birth_date", "patient_id", "ssn", "phone_on_file"} & DISCLOSED[spec.name].keys()
        facts = {
            name: [dict.fromkeys((*fields, "birth_date"), "x")]
            for name, fields in DISCLOSED[spec.name].items()
        }
        kept = allowed(spec.name, {**facts, "birth_date": "1986-04-12"})
        assert kept.keys() == DISCLOSED[spec.name].keys()
        assert "birth_date" not in repr(kept)
    assert allowed("no such tool", {"patient": "x"}) == {}
