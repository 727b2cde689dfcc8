"""The fields of the writes of notes and payments, per practice software, as the official pages say it."""

from sandbox.field_rules import EVERY, FLAG, FieldRule, RuleSet, optional, required, unused

LEDGER_RULES: tuple[RuleSet, ...] = (
    RuleSet(
        "POST medical_notes",
        "*",
        EVERY,
        (
            FieldRule("date", "required", "day"),
            *required("patient_id"),
            FieldRule("type", "required", values="note_types"),
            FieldRule("text", "required", "note"),
            *required("provider_id"),
            FieldRule("practice_id", "required", "practice"),
            FieldRule("description", "optional", "note"),
            *optional("appointment_sr_no"),
            FieldRule("check_spu", "optional"),
        ),
    ),
    RuleSet(
        "POST medical_notes",
        "OpenDental",
        "POST medical_notes: group notes, over transactions",
        optional("transaction_sr_no"),
    ),
    RuleSet(
        "POST medical_notes",
        "OrthoTrac",
        "POST medical_notes: acknowledge_type and staff",
        (
            FieldRule("acknowledge_type", "optional", values="medical_note/AcknowledgeType"),
            FieldRule("staff", "optional", values="staff"),
        ),
    ),
    RuleSet(
        "POST medical_notes",
        "Dolphin",
        "POST medical_notes: user from providers with is_user",
        (FieldRule("user", "required", values="user_providers"),),
    ),
    RuleSet(
        "POST medical_notes",
        "Planet DDS",
        "POST medical_notes: date, provider, description and numbers not available",
        unused("date", "provider_id", "description", "appointment_sr_no"),
    ),
    RuleSet(
        "POST transaction",
        "*",
        EVERY,
        (
            *required("patient_id", "guarantor_id"),
            FieldRule("procedure_code", "required", values="payment_types"),
            *required("procedure_description", "provider_id"),
            FieldRule("amount", "required", "amount"),
            FieldRule("practice_id", "required", "practice"),
            FieldRule("transaction_date", "required", "day"),
            FieldRule("transaction_entry_date", "optional", "day"),
            FieldRule("note", "optional", "note"),
            FieldRule("bank", "optional", "note"),
            FieldRule("cheque_no", "optional", "note"),
            *optional("transaction_sr_no", "payment_type"),
            FieldRule("is_payment_by_procedure_code", "optional", allowed=FLAG),
            FieldRule("check_spu", "optional"),
        ),
    ),
    RuleSet(
        "POST transaction",
        "OpenDental",
        "POST transaction: providers that are no users, user, refunds, is_patient_preferred",
        (
            FieldRule("provider_id", "required", values="no_user_providers"),
            FieldRule("user", "optional", values="users"),
            FieldRule("is_payment_refund", "optional", allowed=FLAG),
            FieldRule("is_patient_preferred", "optional", allowed=FLAG),
        ),
    ),
    RuleSet(
        "POST transaction",
        "Eaglesoft",
        "POST transaction: credit adjustments and what they count against",
        (
            FieldRule("is_perform_credit_adjustment_writeback", "optional", allowed=FLAG),
            FieldRule("impacts", "optional", allowed=("production", "collection", "adjustment")),
        ),
    ),
    RuleSet(
        "POST transaction",
        "Planet DDS",
        "POST transaction: the card's fields",
        optional("card_holder_name", "card_number", "cvv", "expiration_month", "expiration_year"),
    ),
)
