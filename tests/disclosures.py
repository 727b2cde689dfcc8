"""What each tool tells the voice platform, between two marks of docs/disclosures.md.

A test compares it with the lists of `server/tools/disclosing.py` and with the facts that the sentences name;
`python tests/disclosures.py` writes it anew.
"""

from pathlib import Path
from typing import Final

from server.tools.disclosing import DISCLOSED
from server.tools.toolsets import ALL
from server.tools.wording import fact_names, sentence_keys
from server.tools.wording.english import SENTENCES

PAGE = Path(__file__).parent.parent / "docs" / "disclosures.md"
FIRST, LAST = "<!-- tools -->\n", "<!-- end of tools -->\n"

COMING: Final = "coming visits (time, provider, state)"
ASKED: Final = "the visit asked for (time, provider)"
BALANCES: Final = "balances (the patient's part, the insurance's, what is not assigned)"
INSURANCE: Final = "insurance (company, first or second, what is left of the deductible)"

# A field of disclosing.py, or after "say." a fact of a sentence -> what it is.
OF_THE_PATIENT: Final = {
    **dict.fromkeys(("appointments.start", "appointments.spoken", "appointments.provider"), COMING),
    **dict.fromkeys(("appointments.status", "say.appointments", "say.old_when"), COMING),
    **dict.fromkeys(("start", "say.when", "say.new_when"), ASKED),
    **dict.fromkeys(("writebacks.start", "writebacks.spoken", "writebacks.operation", "say.rows"), ASKED),
    **dict.fromkeys(("patient_due", "insurance_due", "patient_balance", "unapplied"), BALANCES),
    "say.amounts": BALANCES,
    **dict.fromkeys(("insurance.company", "insurance.kind", "insurance.deductible_remaining"), INSURANCE),
    "say.insurances": INSURANCE,
    **dict.fromkeys(("say.visit", "say.due"), "when a recall comes due, where it is not yet"),
    "say.name": "the name as the caller said it",
    "say.born": "the birth date as the caller said it",
    "say.field": "which detail is changed",
    "say.value": "its new value as the caller said it",
    "say.amount": "an amount of money",
    "say.method": "how it was paid",
}
OURS: Final = {
    "patient": "handle",
    "appointment": "handle",
    "appointments.appointment": "handle",
    "slot": "handle",
    "slots.slot": "handle",
    "writeback": "handle",
    "writebacks.writeback": "handle",
    "writebacks.state": "state of a request",
    "writebacks.outcome": "state of a request",
    "writebacks.reason": "why not, in a code of ours",
    "say.more": "how many requests there are beside those named",
    "why": "why not, in a code of ours",
    "new": "whether a message is new",
    "urgent": "whether it is urgent",
}
OF_THE_OFFICE: Final = {
    "slots.start": "free times",
    "slots.spoken": "free times",
    "slots.provider": "their providers",
    "slots.length_minutes": "their length",
    "say.options": "free times",
    "say.period": "days searched",
    "today": "today's date",
    "weekday": "today's date",
    "days.date": "coming days",
    "days.spoken": "coming days",
    "say.today": "today's date",
    "say.days": "coming days",
    "greeting": "greeting",
    "languages": "languages",
    "phone": "telephone numbers",
    "say.phone": "telephone numbers",
    "transfer": "number to transfer to",
    "say.transfer": "number to transfer to",
    "say.text": "words for an emergency",
    "say.hours": "hours",
    "say.address": "address",
    "providers": "providers",
    "say.people": "providers",
    "insurance": "insurance plans taken",
    "say.plans": "insurance plans taken",
    "other_offices.name": "other offices",
    "other_offices.address": "other offices",
    "other_offices.phone": "other offices",
    "say.offices": "other offices",
    "say.notice": "words for a late cancellation",
}


def told(name, operation):
    """Every path that a tool may tell: its fields, and what its sentences name."""
    listed = DISCLOSED[name].items()
    fields = {f"{fact}.{row}" if row else fact for fact, rows in listed for row in rows or ("",)}
    sentences = [SENTENCES[key] for key in sentence_keys("en") if key[0] == operation]
    return fields | {f"say.{fact}" for parts in sentences for part in parts for fact in fact_names(part)}


def table():
    """One row a tool."""
    rows = ["| Tool | Of the patient | Of the office | Ours |", "|---|---|---|---|"]
    for spec in ALL:
        paths = told(spec.name, spec.operation)
        cells = [
            "; ".join(dict.fromkeys(words for path, words in kind.items() if path in paths)) or "nothing"
            for kind in (OF_THE_PATIENT, OF_THE_OFFICE, OURS)
        ]
        rows.append(f"| `{spec.name}` | {' | '.join(cells)} |")
    return "\n".join(rows)


def shown():
    """What the page says between the marks."""
    return PAGE.read_text(encoding="utf-8").partition(FIRST)[2].partition(LAST)[0]


if __name__ == "__main__":
    before, _, rest = PAGE.read_text(encoding="utf-8").partition(FIRST)
    after = rest.partition(LAST)[2]
    PAGE.write_text(f"{before}{FIRST}\n{table()}\n\n{LAST}{after}", encoding="utf-8")
