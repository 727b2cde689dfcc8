"""The rules for writing patients: registering and updating."""

from typing import Final

from server.sikka.pms_fields import (
    ANY_PMS,
    BOOLEANS,
    GUARANTORS,
    PRACTICES,
    PROVIDERS,
    STAFF,
    USERS,
    Fill,
    Form,
    Need,
    Operation,
    Rule,
    Values,
    When,
    Where,
    details,
)

_NEW, _UPDATE = Operation.REGISTER, Operation.UPDATE_PATIENT
_YES, _MAY, _NO, _NEVER = Need.REQUIRED, Need.OPTIONAL, Need.UNUSED, Need.REFUSED
_CODE, _NAME, _LINE, _ONE_OF = Form.CODE, Form.NAME, Form.LINE, Form.ONE_OF

_POST: Final = "official page of POST /patient"
_PATCH: Final = "official page of PATCH /patient/{patient_id}"
_DOLPHIN: Final = f"{_POST}, note on Dolphin"
_ORTHOTRAC: Final = f"{_POST}, note on OrthoTrac"
_CLEARDENT: Final = f"{_POST}, note on ClearDent"
_DOLPHIN_UNUSED: Final = f"{_POST}: not in use for Dolphin"
_ORTHOTRAC_UNUSED: Final = f"{_POST}: not in use for OrthoTrac"
_CLEARDENT_UNUSED: Final = f"{_POST}: not in use for ClearDent"
_NO_CONTACT: Final = f"{_PATCH}: not supported for OrthoTrac and Dolphin, which are all it is available for"
_NOT_DOLPHIN: Final = f"{_PATCH}: not available for Dolphin"
_NOT_ORTHOTRAC: Final = f"{_PATCH}: not available for OrthoTrac"
_COUNTRY: Final = f"{_POST}: required for OrthoTrac with a phone or an email"

_GUARANTOR_GIVEN: Final = When("guarantor_id")
_RELATIONS: Final = details("new_patient", "Relationship")
_HOME_COUNTRY: Final = ("usa", "us", "united states", "united states of america")
# The guarantor of a patient without one is the patient.
_SELF: Final = ("self", "patient", "same")

_PHONES: Final = ("cell", "homephone", "workphone", "other_phone")

REGISTERING: Final = (
    Rule(_NEW, ANY_PMS, "is_guarantor_exist", _NO, _ONE_OF, f"{_POST}: OrthoTrac only", allowed=BOOLEANS),
    Rule(_NEW, ANY_PMS, "guarantor_id", _MAY, _CODE, _POST, values=GUARANTORS),
    Rule(_NEW, ANY_PMS, "firstname", _YES, _NAME, _POST),
    Rule(_NEW, ANY_PMS, "lastname", _YES, _NAME, _POST),
    Rule(_NEW, ANY_PMS, "birthdate", _MAY, Form.PAST_DAY, _POST),
    Rule(_NEW, ANY_PMS, "provider_id", _YES, _CODE, _POST, values=PROVIDERS),
    Rule(_NEW, ANY_PMS, "practice_id", _YES, _CODE, _POST, values=PRACTICES),
    Rule(_NEW, ANY_PMS, "gender", _MAY, _ONE_OF, _POST, allowed=("male", "female", "unknown")),
    Rule(_NEW, ANY_PMS, "email", _MAY, Form.EMAIL, _POST),
    Rule(_NEW, ANY_PMS, "cell", _MAY, Form.PHONE, _POST),
    Rule(_NEW, ANY_PMS, "homephone", _MAY, Form.PHONE, _POST),
    Rule(_NEW, ANY_PMS, "workphone", _MAY, Form.PHONE_EXTENSION, f"{_POST}: number-extension"),
    Rule(_NEW, ANY_PMS, "other_phone", _MAY, Form.PHONE, _POST),
    Rule(_NEW, ANY_PMS, "address_line1", _MAY, _LINE, _POST),
    Rule(_NEW, ANY_PMS, "address_line2", _MAY, _LINE, _POST),
    Rule(_NEW, ANY_PMS, "city", _MAY, _LINE, _POST),
    Rule(_NEW, ANY_PMS, "state", _MAY, _LINE, _POST),
    Rule(_NEW, ANY_PMS, "zipcode", _MAY, _LINE, _POST),
    Rule(_NEW, ANY_PMS, "country", _NO, _CODE, f"{_POST}: OrthoTrac only"),
    Rule(_NEW, ANY_PMS, "staff", _NO, _CODE, f"{_POST}: OrthoTrac only"),
    Rule(_NEW, ANY_PMS, "status", _NO, _CODE, f"{_POST}: OrthoTrac only"),
    Rule(_NEW, ANY_PMS, "type", _NO, _CODE, f"{_POST}: OrthoTrac only"),
    Rule(_NEW, ANY_PMS, "primary_relationship", _NO, _CODE, f"{_POST}: OrthoTrac and Dolphin only"),
    Rule(_NEW, ANY_PMS, "user", _NO, _CODE, f"{_POST}: required for Dolphin"),
    Rule(_NEW, ANY_PMS, "check_spu", _MAY, _ONE_OF, _POST, allowed=BOOLEANS),
    Rule(_NEW, "dolphin", "user", _YES, _CODE, f"{_DOLPHIN}: pms_users", values=USERS, fill=Fill.FIRST),
    Rule(
        _NEW,
        "dolphin",
        "primary_relationship",
        _YES,
        _CODE,
        f"{_POST}: required where Dolphin is given a guarantor",
        when=_GUARANTOR_GIVEN,
        values=_RELATIONS,
    ),
    Rule(_NEW, "dolphin", "primary_relationship", _MAY, _CODE, _DOLPHIN, values=_RELATIONS),
    *(
        Rule(_NEW, "dolphin", name, _NO, form, _DOLPHIN_UNUSED)
        for name, form in (
            ("gender", _ONE_OF),
            ("address_line1", _LINE),
            ("address_line2", _LINE),
            ("city", _LINE),
            ("state", _LINE),
            ("zipcode", _LINE),
        )
    ),
    Rule(_NEW, "orthotrac", "firstname", _YES, _NAME, f"{_POST}: 15 characters for OrthoTrac", longest=15),
    Rule(_NEW, "orthotrac", "lastname", _YES, _NAME, f"{_POST}: 25 characters for OrthoTrac", longest=25),
    Rule(_NEW, "orthotrac", "gender", _YES, _ONE_OF, _ORTHOTRAC, allowed=("male", "female")),
    Rule(
        _NEW,
        "orthotrac",
        "is_guarantor_exist",
        _YES,
        _ONE_OF,
        f"{_POST}: OrthoTrac uses a guarantor_id only with it",
        when=_GUARANTOR_GIVEN,
        allowed=BOOLEANS,
        default="true",
    ),
    Rule(
        _NEW, "orthotrac", "is_guarantor_exist", _MAY, _ONE_OF, f"{_POST}: OrthoTrac only", allowed=BOOLEANS
    ),
    Rule(
        _NEW,
        "orthotrac",
        "guarantor_id",
        _YES,
        _CODE,
        f"{_POST}: required where is_guarantor_exist=true",
        when=When("is_guarantor_exist", ("true",)),
        values=GUARANTORS,
    ),
    Rule(_NEW, "orthotrac", "guarantor_id", _NO, _CODE, f"{_POST}: used only where is_guarantor_exist=true"),
    Rule(_NEW, "orthotrac", "staff", _YES, _CODE, _ORTHOTRAC, values=STAFF, fill=Fill.FIRST),
    Rule(
        _NEW,
        "orthotrac",
        "status",
        _YES,
        _CODE,
        _ORTHOTRAC,
        values=details("new_patient", "Status"),
        fill=Fill.FIRST,
        prefer=("new", "new patient", "active"),
        avoid=("inactive", "deceased", "archiv", "delet"),
    ),
    Rule(
        _NEW,
        "orthotrac",
        "type",
        _YES,
        _CODE,
        _ORTHOTRAC,
        values=details("new_patient", "Type"),
        fill=Fill.FIRST,
        prefer=("patient", "new patient", "regular"),
        avoid=("inactive", "guarantor"),
    ),
    Rule(
        _NEW,
        "orthotrac",
        "primary_relationship",
        _YES,
        _CODE,
        f"{_POST}: required where OrthoTrac is given a guarantor",
        when=_GUARANTOR_GIVEN,
        values=_RELATIONS,
    ),
    Rule(
        _NEW,
        "orthotrac",
        "primary_relationship",
        _YES,
        _CODE,
        _ORTHOTRAC,
        values=_RELATIONS,
        fill=Fill.PREFERRED,
        prefer=_SELF,
    ),
    *(
        Rule(
            _NEW,
            "orthotrac",
            "country",
            _YES,
            _CODE,
            _COUNTRY,
            when=When(contact),
            values=details("new_patient", "Country"),
            fill=Fill.PREFERRED,
            prefer=_HOME_COUNTRY,
        )
        for contact in ("homephone", "workphone", "cell", "email")
    ),
    Rule(_NEW, "orthotrac", "country", _MAY, _CODE, _ORTHOTRAC, values=details("new_patient", "Country")),
    *(
        Rule(_NEW, "orthotrac", name, _NO, form, _ORTHOTRAC_UNUSED)
        for name, form in (
            ("other_phone", Form.PHONE),
            ("address_line1", _LINE),
            ("address_line2", _LINE),
            ("city", _LINE),
            ("state", _LINE),
            ("zipcode", _LINE),
        )
    ),
    Rule(_NEW, "cleardent", "firstname", _YES, _NAME, f"{_POST}: 15 characters for ClearDent", longest=15),
    Rule(_NEW, "cleardent", "lastname", _YES, _NAME, f"{_POST}: 25 characters for ClearDent", longest=25),
    Rule(
        _NEW,
        "cleardent",
        "provider_id",
        _MAY,
        _CODE,
        f"{_CLEARDENT}: any active provider",
        values=(Values(Where.ACTIVE_PEOPLE),),
    ),
    Rule(
        _NEW,
        "cleardent",
        "gender",
        _MAY,
        _CODE,
        f"{_POST}: ClearDent takes it from a list",
        values=details("new_patient", "Sex"),
    ),
    *(
        Rule(_NEW, "cleardent", name, _MAY, Form.TEN_DIGITS, f"{_POST}: 10 digits for ClearDent")
        for name in _PHONES
    ),
    Rule(_NEW, "cleardent", "state", _NO, _LINE, _CLEARDENT_UNUSED),
    Rule(_NEW, "cleardent", "zipcode", _NO, _LINE, _CLEARDENT_UNUSED),
)

# Every system but two has no such write at all (see `pms_support`); "*" is what both have in common.
UPDATING: Final = (
    Rule(_UPDATE, ANY_PMS, "practice_id", _YES, _CODE, _PATCH, values=PRACTICES),
    Rule(_UPDATE, ANY_PMS, "salutation", _MAY, _CODE, _PATCH, values=details("update_patient", "Salutation")),
    Rule(_UPDATE, ANY_PMS, "firstname", _MAY, _NAME, _PATCH),
    Rule(_UPDATE, ANY_PMS, "middlename", _MAY, _NAME, f"{_PATCH}: 15 characters", longest=15),
    Rule(_UPDATE, ANY_PMS, "lastname", _MAY, _NAME, _PATCH),
    Rule(_UPDATE, ANY_PMS, "preferred_name", _MAY, _NAME, _PATCH),
    Rule(_UPDATE, ANY_PMS, "formal", _MAY, _NAME, f"{_PATCH}: 50 characters", longest=50),
    Rule(_UPDATE, ANY_PMS, "informal", _MAY, _NAME, f"{_PATCH}: 50 characters", longest=50),
    Rule(_UPDATE, ANY_PMS, "birthdate", _MAY, Form.PAST_DAY, _PATCH),
    Rule(_UPDATE, ANY_PMS, "ssn", _MAY, _CODE, f"{_PATCH}: 20 characters", longest=20),
    Rule(_UPDATE, ANY_PMS, "model", _MAY, _CODE, f"{_PATCH}: 10 characters", longest=10),
    Rule(_UPDATE, ANY_PMS, "gender", _MAY, _CODE, _PATCH),
    Rule(_UPDATE, ANY_PMS, "status", _MAY, _CODE, _PATCH, values=details("update_patient", "Status")),
    Rule(_UPDATE, ANY_PMS, "type", _NEVER, _CODE, f"{_PATCH}: OrthoTrac only"),
    Rule(_UPDATE, ANY_PMS, "provider_id", _MAY, _CODE, _PATCH, values=PROVIDERS),
    Rule(_UPDATE, ANY_PMS, "staff", _NO, _CODE, f"{_PATCH}: OrthoTrac only"),
    Rule(_UPDATE, ANY_PMS, "race", _NEVER, _CODE, f"{_PATCH}: OrthoTrac only"),
    Rule(_UPDATE, ANY_PMS, "language", _NEVER, _CODE, f"{_PATCH}: Dolphin only"),
    Rule(_UPDATE, ANY_PMS, "recall_date", _NEVER, Form.DAY, f"{_PATCH}: Dolphin only"),
    Rule(_UPDATE, ANY_PMS, "mail_method", _NEVER, _CODE, f"{_PATCH}: Dolphin only"),
    Rule(_UPDATE, ANY_PMS, "gender_identifier", _NEVER, _CODE, f"{_PATCH}: Dolphin only"),
    Rule(_UPDATE, ANY_PMS, "school", _NEVER, _CODE, f"{_PATCH}: Dolphin only"),
    *(
        Rule(_UPDATE, ANY_PMS, name, _NEVER, _LINE, _NO_CONTACT)
        for name in ("email", *_PHONES, "address_line1", "address_line2", "city", "state", "zipcode")
    ),
    Rule(_UPDATE, ANY_PMS, "check_spu", _MAY, _ONE_OF, _PATCH, allowed=BOOLEANS),
    Rule(
        _UPDATE, "orthotrac", "firstname", _MAY, _NAME, f"{_PATCH}: 15 characters for OrthoTrac", longest=15
    ),
    Rule(_UPDATE, "orthotrac", "lastname", _MAY, _NAME, f"{_PATCH}: 20 characters for OrthoTrac", longest=20),
    Rule(
        _UPDATE,
        "orthotrac",
        "preferred_name",
        _MAY,
        _NAME,
        f"{_PATCH}: 20 characters for OrthoTrac",
        longest=20,
    ),
    Rule(
        _UPDATE,
        "orthotrac",
        "gender",
        _MAY,
        _ONE_OF,
        f"{_PATCH}: male or female for OrthoTrac",
        allowed=("male", "female"),
    ),
    Rule(_UPDATE, "orthotrac", "type", _MAY, _CODE, _PATCH, values=details("update_patient", "Type")),
    Rule(_UPDATE, "orthotrac", "race", _MAY, _CODE, _PATCH, values=details("update_patient", "Race")),
    Rule(
        _UPDATE,
        "orthotrac",
        "staff",
        _YES,
        _CODE,
        f"{_PATCH}: required for OrthoTrac",
        values=STAFF,
        fill=Fill.FIRST,
    ),
    *(
        Rule(_UPDATE, "orthotrac", name, _NEVER, _CODE, _NOT_ORTHOTRAC)
        for name in ("language", "recall_date", "mail_method", "gender_identifier", "school")
    ),
    Rule(
        _UPDATE, "dolphin", "preferred_name", _MAY, _NAME, f"{_PATCH}: 50 characters for Dolphin", longest=50
    ),
    Rule(
        _UPDATE,
        "dolphin",
        "gender",
        _MAY,
        _CODE,
        f"{_PATCH}: from a list for Dolphin",
        values=details("update_patient", "Gender"),
    ),
    *(
        Rule(
            _UPDATE,
            "dolphin",
            name,
            _MAY,
            _CODE,
            f"{_PATCH}: Dolphin only",
            values=details("update_patient", name.capitalize()),
        )
        for name in ("language", "mail_method", "gender_identifier", "school")
    ),
    Rule(_UPDATE, "dolphin", "recall_date", _MAY, Form.DAY, f"{_PATCH}: Dolphin only"),
    *(
        Rule(_UPDATE, "dolphin", name, _NEVER, _CODE, _NOT_DOLPHIN)
        for name in ("middlename", "formal", "informal", "ssn", "model", "type", "race")
    ),
)
