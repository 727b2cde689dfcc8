"""The fields of every list, as the official pages have them: by default, and on request."""

from dataclasses import dataclass

_DAYS = ("sunday", "monday", "tuesday", "wednesday", "thursday", "friday", "saturday")


@dataclass(frozen=True, slots=True)
class FieldSet:
    """The default fields of a list and the further ones that fields= can add."""

    default: tuple[str, ...]
    extra: tuple[str, ...] = ()

    def asked(self, query: dict[str, str]) -> tuple[str, ...]:
        """The fields to show for fields= and lightweight=; names the list does not have are ignored."""
        fields = query.get("fields", "")
        lightweight = query.get("lightweight", "").casefold() == "true"
        if fields == "get_all":
            return self.default + self.extra
        asked = set(fields.split(",")) if fields else set[str]()
        if lightweight and asked:
            return tuple(name for name in self.default + self.extra if name in asked)
        return self.default + tuple(name for name in self.extra if name in asked)


def _names(text: str) -> tuple[str, ...]:
    return tuple(text.split())


APPOINTMENTS = FieldSet(
    _names(
        "href patient_href patient_id guarantor_id provider_id provider_href practice_id practice_href "
        "guarantor_href amount status note surface_quadrant_type appointment_sr_no date time length "
        "description appointment_made_date type procedure_code1 procedure_code1_amount procedure_code2 "
        "procedure_code2_amount procedure_code3 procedure_code3_amount patient_name guarantor_name "
        "procedure_code1_time procedure_code2_time procedure_code3_time surface_quadrant"
    ),
    _names(
        "hygienist operatory last_changed_date procedure_code4 procedure_code4_amount procedure_code5 "
        "procedure_code5_amount procedure_code6 procedure_code6_amount procedure_code7 "
        "procedure_code7_amount is_companion sooner_if_possible confirmed_on_date procedure_code4_time "
        "procedure_code5_time procedure_code6_time procedure_code7_time tooth_number schedule "
        "treatment_class cancelled location procedure_codes cust_id is_confirmed rowhash "
        "original_provider status_in_office multiple_statuses performed cancelled_date arrival_status "
        "arrival_time in_chair_time walkout_time service_category"
    ),
)

PATIENTS = FieldSet(
    _names(
        "href patient_id guarantor_id firstname middlename lastname preferred_name salutation birthdate "
        "status address_line1 address_line2 city state zipcode cell email first_visit last_visit "
        "provider_id provider_href practice_id practice_href appointment_href guarantor_href "
        "primary_insurance_company_id primary_insurance_company_href primary_relationship "
        "primary_medical_insurance primary_medical_insurance_id primary_medical_relationship "
        "primary_medical_subscriber_id subscriber_id other_referral patient_referral referred_out fee_no "
        "guarantor_first_name guarantor_last_name created_date preferred_contact "
        "preferred_communication_method"
    ),
    _names(
        "patient_note medical_note alert_note other_note gender homephone workphone employer_id "
        "employer_href billing_type secondary_insurance_company_id secondary_insurance_company_href "
        "country secondary_medical_insurance secondary_medical_insurance_id "
        "secondary_medical_relationship secondary_medical_subscriber_id secondary_relationship "
        "patient_account_id referred_by_provider_id referred_by_patient_id image thumb_image hygienist "
        "integration_ids patient_codes primary_insurance secondary_insurance other_phone ui_patient_id "
        "marital_status cust_id secondary_subscriber_id secondary_fee_schedule email_alert text_alert "
        "voice_alert primary_subscriber_patient_id secondary_subscriber_patient_id guarantor_bill_type "
        "guarantor_bill_type_description bill_type guarantor_patient_id rowhash chart_number "
        "preferred_recall_method exclude_message extension guarantor_is_send_statements "
        "guarantor_no_email_statements suppress_billing profile_status"
    ),
)

PRACTICES = FieldSet(
    _names(
        "href patient_href address_line1 address_line2 city state zipcode email provider_href practice_id "
        "appointment_href guarantor_href transaction_href description name cust_id phone"
    ),
    _names("country national_provider_identifier website is_main_office"),
)

PROVIDERS = FieldSet(
    _names(
        "href provider_id firstname lastname address_line1 address_line2 city state zipcode country phone "
        "provider_type specialty practice_id practice_href patient_href appointment_href status "
        "provider_account_id state_id tax_identification_number medicaid_id drug_id "
        "national_provider_identifier email birthdate hire_date graduated_date initials ssn other_id "
        "bluecross_id medicare_id fee_schedule_id federal_id_no federal_id_sub_no gl_sub_account_number "
        "is_hidden cust_id specialty_code"
    ),
    _names("speciality is_organization external_id is_user"),
)

OPERATORIES = FieldSet(_names("provider_id practice_id operatory cust_id is_hidden abbreviation"))

PRACTICE_SCHEDULE = FieldSet(
    _names("href practice_id practice_href date cust_id resource_type resource_id"),
    tuple(f"{day}_{edge}_{n}" for day in _DAYS for n in (1, 2, 3) for edge in ("start", "end"))
    + tuple(f"{day}_holiday" for day in _DAYS),
)

PRACTICE_VARIABLES = FieldSet(
    _names("href practice_id practice_href description service_name value"), _names("service_item")
)
STATUSES = FieldSet(_names("href status practice_id practice_href"))
MEDICAL_NOTES = FieldSet(
    _names(
        "href patient_href patient_id provider_id provider_href practice_id practice_href "
        "transaction_sr_no transaction_href surface clinical_condition_id date description type "
        "tooth_number procedure_date text procedure_code_id procedure_code_href time_stamp "
        "other_description error_code"
    ),
    _names("created_by cust_id note_id communication_method"),
)
TRANSACTIONS = FieldSet(
    _names(
        "href patient_href patient_id guarantor_id provider_id provider_href practice_id practice_href "
        "guarantor_href transaction_sr_no transaction_type transaction_date procedure_code "
        "procedure_description amount transaction_entry_date estimated_insurance_payment tooth_from "
        "tooth_to quantity claim_sr_no claim_href payment_type surface note created_by last_updated_by "
        "primary_insurance_estimate"
    ),
    _names(
        "invoice_number invoice_status invoice_item pre_authorization_id is_group_transaction cheque_no "
        "clinical_condition_id collection_provider_id secondary_insurance_estimate "
        "surface_quadrant_type appointment_sr_no cust_id prosthesis billed_to_insurance "
        "insurance_payment_date secondary_billed_to_insurance original_prosthesis_date rowhash "
        "amount_paid transaction_code transaction_description payment_procedure_link_id payment_method "
        "transaction_time"
    ),
)
PATIENT_BALANCE = FieldSet(
    _names(
        "patient_id firstname lastname practice_id current_date practice_name customer_id chart_number "
        "patient_amount_less_than_30 patient_amount_between_30_60 patient_amount_between_60_90 "
        "patient_amount_greater_than_90 insurance_amount_less_than_30 insurance_amount_between_30_60 "
        "insurance_amount_between_60_90 insurance_amount_greater_than_90 patient_balance unapplied "
        "insurance_due patient_due account_balance write_off"
    )
)
PAYMENT_TYPES = FieldSet(
    _names("href practice_id practice_href description code"), _names("cust_id payment_type_status")
)
INSURANCE_COMPANIES = FieldSet(
    _names(
        "href address_line1 address_line2 city state zipcode employer_id employer_href practice_id "
        "practice_href country fee_no phone insurance_company_id payer_id maximum_yearly_benefit "
        "group_plan_number renew_month maximum_family_benefit insurance_type plan_type sub_type "
        "is_maximum_coverage maximum_coverage_amount family_deductible_limit individual_deductible_limit "
        "individual_ortho_maximum_limit charge_per_visit notes insurance_plan_status "
        "mail_to_insurance_company_id pre_authorization_mail_to_insurance_company_id eligibility fax "
        "default_employer"
    ),
    _names("cust_id insurance_company_name group_plan_name carrier_id rendering_provider_address"),
)
INSURANCE_COMPANY_DETAILS = FieldSet(
    _names(
        "href address_line1 city state zipcode cell practice_id practice_href insurance_company_id "
        "insurance_company_name payer_id notes payer_type era_capable provider_practice_id web_link "
        "default_plan phone1 ext1 phone2 ext2 phone3 ext3 fax1 fax2 beeper email1 email2 trojan_id contact"
    ),
    _names("address_line2"),
)
# the last word is misspelled in the official samples
SUBSCRIBERS = FieldSet(
    _names(
        "href patient_href patient_id firstname middlename lastname salutation birthdate gender "
        "address_line1 address_line2 city state zipcode practice_id practice_href subscriber_id type "
        "insurance_company_id insurance_company_href employer_name patient_relation identification_type "
        "individual_used individual_used_treatment_plan individual_deductible_remaining ortho_used "
        "ortho_used_treatment_plan insurance_effective_date family_deductible_reamining"
    )
)
PMS_USERS = FieldSet(
    _names(
        "href user_id firstname lastname address_line1 address_line2 city state zipcode phone specialty "
        "specialty_code status email birthdate hire_date practice_id practice_href cust_id"
    ),
    _names("country"),
)
AVAILABLE_SLOTS = FieldSet(
    _names(
        "href provider_id provider_href practice_id practice_href date time template_code template_unit "
        "template_color template_type old_color old_code scheduled_color scheduled_code"
    ),
    _names("end_time time_units operatory sr_no cust_id"),
)
REMINDERS = FieldSet(
    _names(
        "href patient_href patient_id guarantor_id status provider_id provider_href practice_id "
        "practice_href appointment_href guarantor_href procedure_code appointment_sr_no description "
        "provider_type id setdate due_date prior_date time_unit care_name interval_type interval_length"
    ),
    _names("last_exam_date scaling_interval"),
)
NOTE_TYPES = FieldSet(_names("href practice_id practice_href description type cust_id item"))
WRITEBACK_DETAILS = FieldSet(_names("href practice_id practice_href description cust_id category item"))

WRITEBACK_STATUS = FieldSet(
    _names(
        "id office_id method api payload_body appointment_sr_no request_time is_completed has_error "
        "completed_time result practice_id status patient_id created_id"
    )
)
WRITEBACKS = FieldSet(
    _names(
        "href description id result office_id method completed_time api_name api_request_body "
        "command_time duration_in_second"
    )
)

AUTHORIZED_PRACTICES = FieldSet(
    _names(
        "href city state practice_id address zip office_id domain secret_key practice_name "
        "practice_management_system financial_system practice_management_system_refresh_date "
        "data_synchronization_date data_insert_date practice_management_system_version "
        "practice_management_system_refresh_date_time_zone partner_id financial_system_refresh_date "
        "financial_system_version difference_in_minutes"
    )
)
DATA_SYNC_STATUS = FieldSet(
    _names(
        "status practice_id office_id domain practice_name practice_management_system data_insert_date "
        "practice_management_system_version practice_management_system_refresh_date_time_zone"
    )
)
SUPPORTED_PMSES = FieldSet(
    _names(
        "specialty domain practice_management_system practice_management_system_version "
        "display_practice_management_system_name appointment_status_writeback payment_writeback "
        "new_appointment_writeback new_patient_writeback note_writeback claim_notes_status_writeback "
        "insurance_payment_writeback lab_result_writeback"
    )
)
