"""The fields of the writes of appointments, per practice software, as the official pages say it."""

from sandbox.field_rules import EVERY, FLAG, FieldRule, RuleSet, optional, required, unused

APPOINTMENT_RULES: tuple[RuleSet, ...] = (
    RuleSet(
        "POST appointment",
        "*",
        EVERY,
        (
            *required("patient_id"),
            FieldRule("date", "required", "day"),
            FieldRule("time", "required", "time"),
            FieldRule("length", "required", "minutes"),
            *required("provider_id", "operatory"),
            FieldRule("description", "required", "description"),
            FieldRule("practice_id", "required", "practice"),
            *optional("guarantor_id"),
            FieldRule("check_spu", "optional"),
        ),
    ),
    RuleSet(
        "POST appointment",
        "OpenDental",
        "POST appointment, type and procedure_codes",
        (FieldRule("type", "optional", values="types"), *optional("procedure_codes")),
    ),
    RuleSet(
        "POST appointment",
        "Eaglesoft",
        "POST appointment, type",
        (FieldRule("type", "optional", values="types"),),
    ),
    RuleSet(
        "POST appointment",
        "OrthoTrac",
        "POST appointment: description, staff, type (required, and taken from the types when empty)",
        (
            FieldRule("description", "optional", "description", longest=150),
            FieldRule("staff", "required", values="staff"),
            FieldRule("type", "present", values="types"),
            FieldRule("provider_id", "required", values="treating"),
        ),
    ),
    RuleSet(
        "POST appointment",
        "Dolphin",
        "POST appointment: user from providers with is_user, status with a default, no description",
        (
            *unused("description", "guarantor_id"),
            FieldRule("user", "required", values="user_providers"),
            FieldRule("type", "required", values="types"),
            FieldRule("status", "present", values="statuses"),
            FieldRule("provider_id", "required", values="treating"),
        ),
    ),
    RuleSet(
        "POST appointment",
        "ClearDent",
        "POST appointment, first note: status, type, user required; description optional, 3000",
        (
            FieldRule("description", "optional", "description", longest=3000),
            *unused("guarantor_id"),
            FieldRule("user", "required", values="users"),
            FieldRule("type", "required", values="types"),
            FieldRule("status", "required", values="statuses"),
        ),
    ),
    RuleSet(
        "POST appointment",
        "Planet DDS",
        "POST appointment, second note: production_type, is_new_patient, has_insurance; note of 3950",
        (
            *unused("description", "guarantor_id"),
            FieldRule("patient_id", "optional"),
            FieldRule("production_type", "required", values="new_appointment/ApptProdType"),
            FieldRule("is_new_patient", "required", allowed=FLAG),
            FieldRule("has_insurance", "required", allowed=FLAG),
            *optional("firstname", "lastname", "insurance_name", "subscriber", "subscriber_id"),
            *optional("group_number", "is_primary_or_secondary"),
            FieldRule("birthdate", "optional", "birth"),
            FieldRule("email", "optional", "email"),
            FieldRule("phone", "optional", "phone"),
            FieldRule("note", "optional", longest=3950),
        ),
    ),
    RuleSet(
        "PATCH appointments",
        "*",
        EVERY,
        (
            *required("op", "path", "value"),
            FieldRule("practice_id", "required", "practice"),
            *optional("appointment_sr_no"),
            FieldRule("check_spu", "optional"),
        ),
    ),
    RuleSet(
        "PATCH appointments",
        "OrthoTrac",
        "PATCH appointments: staff required, status_changed_by from CancelBy",
        (
            FieldRule("staff", "required", values="staff"),
            FieldRule("status_changed_by", "optional", values="patch_appointment/CancelBy"),
        ),
    ),
    RuleSet(
        "PATCH appointments",
        "Dolphin",
        "PATCH appointments: status_changed_by, with a default when blank",
        (FieldRule("status_changed_by", "optional", values="patch_appointment/ApptStatusChangedBy"),),
    ),
    RuleSet(
        "PATCH appointments",
        "Planet DDS",
        "PATCH appointments: cancellation code and note, WebV3.0 only",
        (
            FieldRule("cancellation_code_id", "optional", values="patch_appointment/cancellationcodeid"),
            *optional("cancellation_note"),
        ),
    ),
    RuleSet(
        "PUT appointments",
        "*",
        EVERY,
        (
            FieldRule("practice_id", "required", "practice"),
            *required("provider_id"),
            FieldRule("date", "optional", "day"),
            FieldRule("time", "optional", "time"),
            FieldRule("length", "optional", "minutes"),
            *optional("operatory"),
            *optional("status"),
            FieldRule("check_spu", "optional"),
        ),
    ),
    RuleSet(
        "PUT appointments",
        "Dentrix G6",
        "PUT appointments: description of 60, schedule, staff, type",
        (
            FieldRule("description", "optional", "description", longest=60),
            FieldRule("schedule", "optional", values="update_appointment/Schedule"),
            FieldRule("staff", "optional", values="staff"),
            FieldRule("type", "optional", values="update_appointment/ApptType"),
        ),
    ),
)
