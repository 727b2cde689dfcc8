"""What may not be said in each language, and the longest that each fact can be there."""

import re
from collections.abc import Mapping
from dataclasses import dataclass

WHEN = "Wednesday, September 30, 2026 at 12:30 PM with Dr. Wolfeschlegelsteinhaus"
CUANDO = "miércoles 30 de septiembre a las 11:30 de la mañana con Dra. Wolfeschlegelsteinhaus"
ENGLISH_WORST = {
    "when": WHEN,
    "options": f"{WHEN}, {WHEN}, or {WHEN}",
    "appointments": ", ".join([f"{WHEN}, not confirmed yet"] * 3),
    "rows": ", ".join([f"calling off {WHEN} is being looked into"] * 3),
    "more": "27",
    "date_from": "Wednesday, September 30, 2026",
    "date_to": "Wednesday, September 30, 2026",
    "period": "between Wednesday, September 30, 2026 and Wednesday, September 30, 2026",
    "visit": "A cleaning",
    "due": "Wednesday, September 30, 2026",
    "given": "an appointment",
    "wanted": "an appointment",
    "old_when": WHEN,
    "new_when": WHEN.replace("30", "23"),
    "name": "Maximiliana-Josephine Featherstonehaugh-Wriothesly",
    "born": "Wednesday, September 30, 1987",
    "field": "date of birth",
    "value": "maximiliana dot josephine at featherstonehaugh dash wriothesly dot example dot org",
    "amount": "999,999 dollars and 99 cents",
    "amounts": (
        "999,999,999 dollars and 99 cents due from the patient, 999,999,999 dollars and 99 cents standing "
        "with the insurance, and 999,999,999 dollars and 99 cents paid and not set aside"
    ),
    "company": "Wolfeschlegelsteinhaus Mutual Co",
    "insurances": (
        "Wolfeschlegelsteinhaus Mutual Co as the primary insurance, Wolfeschlegelsteinhaus Mutual Co as the "
        "secondary insurance, and Wolfeschlegelsteinhaus Mutual Co as a medical insurance"
    ),
    "method": "in another way",
    "transfer": "+1 (555) 010-0142 ext. 7",
    "text": (
        "If there is trouble breathing or swallowing, please hang up and call 911 at once. "
        "Otherwise go to the nearest emergency room."
    ),
    "hours": (
        "Monday and Wednesday from 7:30 AM to 12:30 PM and from 1:30 PM to 5:30 PM, Tuesday and Thursday "
        "from 9:30 AM to 6:30 PM, Friday from 8:30 AM to 1:30 PM, and closed on Saturday and Sunday"
    ),
    "address": (
        "1234 Northwest Reverend Doctor Martin Luther King Junior Boulevard, Suite 210 B, "
        "Rancho Santa Margarita, California"
    ),
    "phone": "+1 (555) 010-0142 extension 4711, or +1 (555) 010-0143",
    "today": "Wednesday, September 30, 2026",
    "days": ", ".join(["Wednesday, January 6, 2027"] * 7),
    "one_of": ", ".join(["Dr. Wolfeschlegelsteinhaus"] * 2) + ", or Dr. Wolfeschlegelsteinhaus",
    "people": ", ".join(["Dr. Wolfeschlegelsteinhaus"] * 6),
    "plans": ", ".join(["Delta Dental of New York PPO"] * 5),
    "offices": ", ".join(["Elmfield Dental, 12 Mill Road, Elmfield, 8 6 0, 5 5 5, 0 1 0 1"] * 3),
    "notice": "We ask for a full working day of notice, since others are waiting for such times.",
}
SPANISH_WORST = {
    **ENGLISH_WORST,
    "when": CUANDO,
    "options": f"{CUANDO}, {CUANDO} o {CUANDO}",
    "appointments": ", ".join([f"{CUANDO}, sin confirmar"] * 3),
    "rows": ", ".join([f"la cancelación del {CUANDO} sin confirmar"] * 3),
    "date_from": "miércoles 30 de septiembre de 2026",
    "date_to": "miércoles 30 de septiembre de 2026",
    "period": "entre el miércoles 30 de septiembre de 2026 y el miércoles 30 de septiembre de 2026",
    "visit": "Una limpieza",
    "due": "miércoles 30 de septiembre de 2026",
    "given": "un appointment",
    "wanted": "un appointment",
    "old_when": CUANDO,
    "new_when": CUANDO.replace("30", "23", 1),
    "born": "miércoles 30 de septiembre de 1987",
    "field": "fecha de nacimiento",
    "amount": "999,999 dólares y 99 centavos",
    "amounts": (
        "999,999,999 dólares y 99 centavos por pagar, 999,999,999 dólares y 99 centavos pendientes con el "
        "seguro y 999,999,999 dólares y 99 centavos pagados y sin asignar"
    ),
    "insurances": (
        "Wolfeschlegelsteinhaus Mutual Co como seguro secundario, Wolfeschlegelsteinhaus Mutual Co como "
        "seguro secundario y Wolfeschlegelsteinhaus Mutual Company como seguro secundario"
    ),
    "method": "de otra forma",
    "text": (
        "Si tiene dificultad para respirar o para tragar, cuelgue y llame al 911 de inmediato. "
        "Si no, vaya a la sala de emergencias más cercana."
    ),
    "hours": (
        "lunes y miércoles de 7:30 de la mañana a 12:30 de la tarde y de 1:30 a 5:30 de la tarde; martes y "
        "jueves de 9:30 de la mañana a 6:30 de la tarde; viernes de 8:30 de la mañana a 1:30 de la tarde; "
        "sábado cerrado"
    ),
    "today": "miércoles 30 de septiembre de 2026",
    "days": ", ".join(["miércoles 6 de enero de 2027"] * 6),
    "notice": "Pedimos avisar con un día hábil completo, pues otras personas esperan esos horarios.",
}


@dataclass(frozen=True)
class Rules:
    """What holds for the sentences of one language.

    Attributes:
        worst: every fact, as long as it can be or nearly.
        done: words that say that something was done, but for `nothing`, which says that it was not.
        says: what a sentence of a kind has to hold, by a name for it.
    """

    worst: Mapping[str, str]
    nothing: re.Pattern[str]
    nothing_at_all: re.Pattern[str]
    done: re.Pattern[str]
    confirmed: re.Pattern[str]
    promise: re.Pattern[str]
    time: re.Pattern[str]
    dated: str
    retry: re.Pattern[str]
    like_failure: re.Pattern[str]
    held: re.Pattern[str]
    yet: re.Pattern[str]
    function_words: re.Pattern[str]
    says: Mapping[str, str]


def _either(*patterns: str) -> re.Pattern[str]:
    return re.compile("|".join(patterns), re.IGNORECASE)


_DONE = (
    r"(?:(?:re)?booked|cancelled|canceled|moved|rescheduled|done|registered|recorded|updated|changed|added|"
    r"saved|entered)"
)
_HECHO = (
    r"(?:(?:reserv|agend|cancel|cambi|registr|anot|actualiz|agreg|guard|program)(?:ad[oa]s?|ó|é)|movid[oa]s?|"
    r"mov(?:ió|í)|hech[oa]s?)"
)

ENGLISH_RULES = Rules(
    worst=ENGLISH_WORST,
    nothing=_either(rf"\bnothing (?:further )?(?:is|was|has been) (?:looked up or )?{_DONE}\b"),
    nothing_at_all=_either(r"nothing (?:was|is) "),
    done=_either(rf"\b{_DONE}\b", r"\bis (?:now )?in the record\b"),
    confirmed=_either(r"(?<!isn't )(?<!not )(?<!caller_)\bconfirmed\b"),
    promise=_either(
        r"call(?:s|ing)? (?:you|them) back",
        r"call[- ]?back",
        r"will (?:call|text|ring|contact|reach|see|answer)",
        r"text (?:you|message)",
        r"get back to you|be in touch|let you know|hear from",
    ),
    time=re.compile(r"\b\d{1,2}(?::\d\d)? [AP]M\b|\bnoon\b"),
    dated=r"\b{month} \d",
    retry=_either(r"\btry(?:ing)? (?:it |that |this )?again", r"\bretry|once more|\bresend"),
    like_failure=_either(r"fail|error|lost\b(?<!nor lost)|did not|didn't|couldn't|refused|wrong"),
    held=_either(r"\b(?:held|hold(?:ing)?|reserved)\b"),
    yet=re.compile(r" yet\.$"),
    function_words=re.compile(
        r"\b(?:the|of|and|or|is|isn't|are|was|were|not|that|this|these|those|for|from|to|with|what|which|who|you|"
        r"your|they|their|its?|at|by|on|in|an|if|be|have|can|could|will|would|shall|do|does|don't|did|there|"
        r"here|yet|again|only|now|when|before|after)\b",
        re.IGNORECASE,
    ),
    says={
        "update": "Update: ",
        "first_of_all": "Before anything else: ",
        "do_not": "Do not",
        "offline": "offline",
        "waits_here": "waits here",
        "when_back": "back",
        "goes_out": "goes out once an earlier",
        "after_registration": "once the registration is through",
        "no_registration": "The registration did not get through",
        "finding_out": "still finding out",
        "message": "message",
        "people": "The office's own people",
        "system": "office system",
        "someone_else": "someone else",
        "left": "I've left ",
        "no_promise": "no promise",
        "no_times": "no times",
        "not_kept": "haven't kept it",
        "can't_say": "can't say yet",
        "not_confirmed": "isn't confirmed yet",
        "not_taken": "hasn't taken it yet",
        "offline_whole": "The office's system is offline; nothing was booked.",
        "spelling": "spelling",
        "register": "register",
        "wrong_kind": "That is {given}, not {wanted}.",
    },
)
SPANISH_RULES = Rules(
    worst=SPANISH_WORST,
    nothing=_either(
        rf"\bno (?:se )?(?:buscó ni se )?(?:ha )?{_HECHO} nada\b",
        rf"\bno hay nada {_HECHO}\b",
        rf"\bno lo {_HECHO}",
    ),
    nothing_at_all=_either(rf"\bno (?:se )?(?:ha )?{_HECHO} nada\b(?! más)", rf"\bno hay nada {_HECHO}"),
    done=_either(rf"\b{_HECHO}\b", r"(?<!no )\bestá en el expediente\b", r"\blisto\b", r"\bpasó al\b"),
    confirmed=_either(r"(?<!no está )\bconfirmad[oa]s?\b", r"\bconfirm(?:ó|é|amos)\b"),
    promise=_either(
        r"\ble (?:volver|devolver|llamar|contestar|escribir|avisar|responder)(?:á|e|emos|án)\b",
        r"\bl[oa]s? (?:llam|contact)ar",
        r"devolver(?:le|án|á)? la llamada",
        r"se (?:comunicar|pondr)á|nos (?:comunicar|pondr)emos|en contacto|tendrá noticias|le avis(?:ar|e)",
        r"mensaje de texto",
    ),
    time=_either(r"\b\d{1,2}(?::\d\d)? de la (?:mañana|tarde|noche)\b", r"\bmediodía\b"),
    dated=r"\d de {month}\b",
    retry=_either(r"\b(?:re)?int[eé]nt", r"\breenv", r"una vez más", r"\bvuelva a"),
    like_failure=_either(
        r"\bfall[óoae]|error|perdi|no (?:se )?pud[oei]|rechaz|no (?:se )?aceptó|no recibió|no entró",
        r"no se completó|\bmal\b",
    ),
    held=_either(r"\b(?:apartad[oa]|retenid[oa]|guardad[oa])s?\b"),
    yet=re.compile(r"\bAún no [^.]*\.$"),
    function_words=re.compile(
        r"\b(?:el|la|los|las|una?|del?|al|y|que|qué|con|sin|para|por|sus?|les?|lo|está|son|fue|ya|aún|más|pero|"
        r"como|est[eao]|es[eao]|hay|usted|muy|también|cuando|antes)\b",
        re.IGNORECASE,
    ),
    says={
        "update": "Le aviso: ",
        "first_of_all": "Antes que nada: ",
        "do_not": "No ",
        "offline": "sin conexión",
        "waits_here": "espera aquí",
        "when_back": "vuelva",
        "goes_out": "sale cuando termine una",
        "after_registration": "cuando termine el registro",
        "no_registration": "El registro no se completó",
        "finding_out": "sigo averiguando",
        "message": "mensaje",
        "people": "El personal",
        "system": "sistema",
        "someone_else": "otra persona",
        "left": "Dejé ",
        "no_promise": "No prometa",
        "no_times": "No ofrezca horarios",
        "not_kept": "no lo guardé",
        "can't_say": "Todavía no sé",
        "not_confirmed": "no está confirmad",
        "not_taken": "aún no la recibe",
        "offline_whole": "El consultorio está sin conexión; no se reservó nada.",
        "spelling": "se escribe",
        "register": "registrar",
        "wrong_kind": "Eso es {given}, no {wanted}.",
    },
)
RULES = {"en": ENGLISH_RULES, "es": SPANISH_RULES}
