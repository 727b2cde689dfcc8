"""The word lists of one office: statuses, note types, variables, and what writes may say."""

from sandbox.replies import Row
from sandbox.rows import RowWriter
from sandbox.vocabularies import Detail


def status_rows(writer: RowWriter) -> list[Row]:
    """The rows of /appointment_statuses."""
    return [
        writer.word(practice_id, f"appointment_statuses/{word}", status=word)
        for practice_id in writer.records.practices
        for word in writer.office.pms.statuses
    ]


def patient_status_rows(writer: RowWriter) -> list[Row]:
    """The rows of /patient_statuses."""
    return [
        writer.word(practice_id, f"patient_statuses/{word}", status=word)
        for practice_id in writer.records.practices
        for word in ("Active", "Inactive")
    ]


def variable_rows(writer: RowWriter) -> list[Row]:
    """The rows of /practice_variables: several vocabularies, told apart by service_item."""
    pms = writer.office.pms
    words = (
        *(("Appointment Status", "appointment status", word) for word in pms.statuses),
        *(("Appointment Status", "appointment confirmed status", w) for w in pms.confirmation_words),
        *(("Appointment Type", "appointment type", name) for _, name in pms.types),
        *(("Patient Status", "patient status", word) for word in ("Active", "Inactive")),
    )
    return [
        writer.word(
            practice_id,
            "practice_variables",
            service_name=name,
            service_item=item,
            value=word,
            description=word,
        )
        for practice_id in writer.records.practices
        for name, item, word in words
    ]


def note_type_rows(writer: RowWriter) -> list[Row]:
    """The rows of /note_types."""
    return [
        writer.word(practice_id, f"note_types/{kind}", type=kind)
        for practice_id in writer.records.practices
        for kind in writer.office.pms.note_types
    ]


def detail_rows(writer: RowWriter) -> list[Row]:
    """The rows of /writeback_details: the types of appointments, and what the software lists besides."""
    pms = writer.office.pms
    types = (Detail("new_appointment", "appttype", item, name) for item, name in pms.types)
    rows = (*types, *pms.details)
    return [
        writer.word(
            practice_id,
            f"writeback_details/{row.category}",
            category=row.category,
            item=row.item,
            description=row.description,
            writeback_type=row.writeback_type,
        )
        for practice_id in writer.records.practices
        for row in rows
    ]
