"""Every answer has the fields of the official pages: all of them by default, and no other."""

import pytest

from sandbox.config import OfficeSpec

ENVELOPE = ["offset", "limit", "total_count", "execution_time", "pagination", "items"]
PAGINATION = ["first", "previous", "current", "next", "last"]
RESULT = {"http_code", "http_code_desc", "error_code", "short_message", "long_message", "more_information"}

# typed from the official samples: list, parameters, fields of a row without fields=
DEFAULT_FIELDS = {
    "appointments": """
        href patient_href patient_id guarantor_id provider_id provider_href practice_id
        practice_href guarantor_href amount status note surface_quadrant_type appointment_sr_no
        date time length description appointment_made_date type procedure_code1
        procedure_code1_amount procedure_code2 procedure_code2_amount procedure_code3
        procedure_code3_amount patient_name guarantor_name procedure_code1_time
        procedure_code2_time procedure_code3_time surface_quadrant""",
    "patients": """
        href patient_id guarantor_id firstname middlename lastname preferred_name salutation
        birthdate status address_line1 address_line2 city state zipcode cell email first_visit
        last_visit provider_id provider_href practice_id practice_href appointment_href
        guarantor_href primary_insurance_company_id primary_insurance_company_href
        primary_relationship primary_medical_insurance primary_medical_insurance_id
        primary_medical_relationship primary_medical_subscriber_id subscriber_id other_referral
        patient_referral referred_out fee_no guarantor_first_name guarantor_last_name created_date
        preferred_contact preferred_communication_method""",
    "practices": """
        href patient_href address_line1 address_line2 city state zipcode email provider_href
        practice_id appointment_href guarantor_href transaction_href description name cust_id
        phone""",
    "providers": """
        href provider_id firstname lastname address_line1 address_line2 city state zipcode country
        phone provider_type specialty practice_id practice_href patient_href appointment_href
        status provider_account_id state_id tax_identification_number medicaid_id drug_id
        national_provider_identifier email birthdate hire_date graduated_date initials ssn
        other_id bluecross_id medicare_id fee_schedule_id federal_id_no federal_id_sub_no
        gl_sub_account_number is_hidden cust_id specialty_code""",
    "operatories": "provider_id practice_id operatory cust_id is_hidden abbreviation",
    "practice_schedule": "href practice_id practice_href date cust_id resource_type resource_id",
    "practice_variables": "href practice_id practice_href description service_name value",
    "appointment_statuses": "href status practice_id practice_href",
    "patient_statuses": "href status practice_id practice_href",
    "note_types": "href practice_id practice_href description type cust_id item",
    "writeback_details": "href practice_id practice_href description cust_id category item",
    "medical_notes": """
        href patient_href patient_id provider_id provider_href practice_id practice_href
        transaction_sr_no transaction_href surface clinical_condition_id date description type
        tooth_number procedure_date text procedure_code_id procedure_code_href time_stamp
        other_description error_code""",
    "transactions": """
        href patient_href patient_id guarantor_id provider_id provider_href practice_id practice_href
        guarantor_href transaction_sr_no transaction_type transaction_date procedure_code
        procedure_description amount transaction_entry_date estimated_insurance_payment tooth_from
        tooth_to quantity claim_sr_no claim_href payment_type surface note created_by last_updated_by
        primary_insurance_estimate""",
    "patient_balance": """
        patient_id firstname lastname practice_id current_date practice_name customer_id chart_number
        patient_amount_less_than_30 patient_amount_between_30_60 patient_amount_between_60_90
        patient_amount_greater_than_90 insurance_amount_less_than_30 insurance_amount_between_30_60
        insurance_amount_between_60_90 insurance_amount_greater_than_90 patient_balance unapplied
        insurance_due patient_due account_balance write_off""",
    "subscribers": """
        href patient_href patient_id firstname middlename lastname salutation birthdate gender
        address_line1 address_line2 city state zipcode practice_id practice_href subscriber_id type
        insurance_company_id insurance_company_href employer_name patient_relation
        identification_type individual_used individual_used_treatment_plan
        individual_deductible_remaining ortho_used ortho_used_treatment_plan
        insurance_effective_date family_deductible_reamining""",
    "insurance_companies": """
        href address_line1 address_line2 city state zipcode employer_id employer_href practice_id
        practice_href country fee_no phone insurance_company_id payer_id maximum_yearly_benefit
        group_plan_number renew_month maximum_family_benefit insurance_type plan_type sub_type
        is_maximum_coverage maximum_coverage_amount family_deductible_limit
        individual_deductible_limit individual_ortho_maximum_limit charge_per_visit notes
        insurance_plan_status mail_to_insurance_company_id
        pre_authorization_mail_to_insurance_company_id eligibility fax default_employer""",
    "insurance_company_details": """
        href address_line1 city state zipcode cell practice_id practice_href insurance_company_id
        insurance_company_name payer_id notes payer_type era_capable provider_practice_id web_link
        default_plan phone1 ext1 phone2 ext2 phone3 ext3 fax1 fax2 beeper email1 email2 trojan_id
        contact""",
    "payment_types": "href practice_id practice_href description code",
    "pms_users": """
        href user_id firstname lastname address_line1 address_line2 city state zipcode phone specialty
        specialty_code status email birthdate hire_date practice_id practice_href cust_id""",
    "appointments_available_slots": """
        href provider_id provider_href practice_id practice_href date time template_code template_unit
        template_color template_type old_color old_code scheduled_color scheduled_code""",
    "authorized_practices": """
        href city state practice_id address zip office_id domain secret_key practice_name
        practice_management_system financial_system practice_management_system_refresh_date
        data_synchronization_date data_insert_date practice_management_system_version
        practice_management_system_refresh_date_time_zone partner_id financial_system_refresh_date
        financial_system_version difference_in_minutes""",
    "data_sync_status": """
        status practice_id office_id domain practice_name practice_management_system
        data_insert_date practice_management_system_version
        practice_management_system_refresh_date_time_zone""",
    "supported_pmses": """
        specialty domain practice_management_system practice_management_system_version
        display_practice_management_system_name appointment_status_writeback payment_writeback
        new_appointment_writeback new_patient_writeback note_writeback
        claim_notes_status_writeback insurance_payment_writeback lab_result_writeback""",
    "writeback_status": """
        id office_id method api payload_body appointment_sr_no request_time is_completed has_error
        completed_time result practice_id status patient_id created_id""",
    "writebacks": """
        href description id result office_id method completed_time api_name api_request_body
        command_time duration_in_second""",
}
DAYS = ("sunday", "monday", "tuesday", "wednesday", "thursday", "friday", "saturday")
ADDED_BY_GET_ALL = {
    "medical_notes": "created_by cust_id note_id communication_method",
    "transactions": """
        invoice_number invoice_status invoice_item pre_authorization_id is_group_transaction cheque_no
        clinical_condition_id collection_provider_id secondary_insurance_estimate surface_quadrant_type
        appointment_sr_no cust_id prosthesis billed_to_insurance insurance_payment_date
        secondary_billed_to_insurance original_prosthesis_date rowhash amount_paid transaction_code
        transaction_description payment_procedure_link_id payment_method transaction_time""",
    "insurance_companies": """
        cust_id insurance_company_name group_plan_name carrier_id rendering_provider_address""",
    "insurance_company_details": "address_line2",
    "payment_types": "cust_id payment_type_status",
    "pms_users": "country",
    "appointments_available_slots": "end_time time_units operatory sr_no cust_id",
    "appointments": """
        hygienist operatory last_changed_date procedure_code4 procedure_code4_amount
        procedure_code5 procedure_code5_amount procedure_code6 procedure_code6_amount
        procedure_code7 procedure_code7_amount is_companion sooner_if_possible confirmed_on_date
        procedure_code4_time procedure_code5_time procedure_code6_time procedure_code7_time
        tooth_number schedule treatment_class cancelled location procedure_codes cust_id
        is_confirmed rowhash original_provider status_in_office multiple_statuses performed
        cancelled_date arrival_status arrival_time in_chair_time walkout_time service_category""",
    "patients": """
        patient_note medical_note alert_note other_note gender homephone workphone employer_id
        employer_href billing_type secondary_insurance_company_id secondary_insurance_company_href
        country secondary_medical_insurance secondary_medical_insurance_id
        secondary_medical_relationship secondary_medical_subscriber_id secondary_relationship
        patient_account_id referred_by_provider_id referred_by_patient_id image thumb_image
        hygienist integration_ids patient_codes primary_insurance secondary_insurance other_phone
        ui_patient_id marital_status cust_id secondary_subscriber_id secondary_fee_schedule
        email_alert text_alert voice_alert primary_subscriber_patient_id
        secondary_subscriber_patient_id guarantor_bill_type guarantor_bill_type_description
        bill_type guarantor_patient_id rowhash chart_number preferred_recall_method
        exclude_message extension guarantor_is_send_statements guarantor_no_email_statements
        suppress_billing profile_status""",
    "practices": "country national_provider_identifier website is_main_office",
    "providers": "speciality is_organization external_id is_user",
    "practice_variables": "service_item",
    "practice_schedule": " ".join(
        [f"{day}_{edge}_{n}" for day in DAYS for n in "123" for edge in ("start", "end")]
        + [f"{day}_holiday" for day in DAYS]
    ),
}
PARAMETERS = {
    "operatories": {"cust_id": "1"},
    "writeback_details": {"writeback_type": "new_appointment"},
    "writebacks": {"startdate": "2026-11-22", "enddate": "2026-11-24"},
}


async def read(stage, name, **more):
    params = {**PARAMETERS.get(name, {}), **more}
    if name in {"writebacks", "writeback_status"}:
        write_id = await stage.book()
        params |= {"id": write_id} if name == "writeback_status" else {}
    headers = {**stage.app_headers, **await stage.key()}
    if name == "medical_notes":
        await stage.settled(await stage.accepted("POST", "medical_notes", stage.note()))
        stage.office.refresh()
    answer = await stage.http.get(name, params=params, headers=headers)
    assert answer.status_code == 200, answer.text
    return answer.json()


def stage_for(staged, name):
    # Open Dental has no slots of its own
    pms = "Dolphin" if name == "appointments_available_slots" else "OpenDental"
    return staged(offices=(OfficeSpec(pms=pms),))


@pytest.mark.parametrize("name", DEFAULT_FIELDS)
async def test_a_row_has_exactly_the_default_fields_and_every_scalar_is_a_string(staged, name):
    async with stage_for(staged, name) as stage:
        body = await read(stage, name)
    assert list(body) == ENVELOPE
    assert list(body["pagination"]) == PAGINATION
    for row in body["items"]:
        assert list(row) == DEFAULT_FIELDS[name].split()
        assert all(isinstance(value, str) for value in row.values())
    scalars = [body[each] for each in ENVELOPE[:4]] + list(body["pagination"].values())
    assert all(isinstance(each, str) for each in scalars)


@pytest.mark.parametrize("name", DEFAULT_FIELDS)
async def test_get_all_adds_exactly_the_documented_fields(staged, name):
    async with stage_for(staged, name) as stage:
        body = await read(stage, name, fields="get_all")
    expected = DEFAULT_FIELDS[name].split() + ADDED_BY_GET_ALL.get(name, "").split()
    assert all(set(row) == set(expected) for row in body["items"])


async def test_a_default_read_hides_chairs_cancellations_and_the_other_phones(stage):
    (appointment, *_) = await stage.items("appointments")
    (patient, *_) = await stage.items("patients")
    assert not {"operatory", "cancelled", "hygienist"} & set(appointment)
    assert not {"homephone", "workphone"} & set(patient)


async def test_fields_adds_the_named_ones_and_lightweight_leaves_only_them(stage):
    (added, *_) = await stage.items("patients", fields="homephone,nonsense")
    assert set(added) == {*DEFAULT_FIELDS["patients"].split(), "homephone"}
    (only, *_) = await stage.items("patients", fields="homephone,patient_id", lightweight="true")
    assert set(only) == {"homephone", "patient_id"}


async def test_dates_carry_midnight_and_times_are_24_hours(stage):
    row = stage.coming()
    (shown,) = await stage.items("appointments", appointment_sr_no=row.sr_no, fields="operatory")
    assert shown["date"] == f"{row.start:%Y-%m-%d}T00:00:00"
    assert shown["time"] == f"{row.start:%H:%M}"
    assert (shown["length"], shown["operatory"]) == (str(row.length), row.operatory)


async def test_a_write_and_a_refusal_are_answered_in_the_six_official_fields(stage):
    created = (await stage.send("POST", "appointment", stage.booking())).json()
    number = created["long_message"].removeprefix("Id:")
    assert created == {
        "http_code": "201",
        "http_code_desc": "Created",
        "error_code": "API2016",
        "short_message": "New resource created successfully",
        "long_message": f"Id:{number}",
        "more_information": f"{stage.running.base_url}/writeback_status?id={number}",
    }
    patched = (await stage.cancel(stage.coming().sr_no, "broken")).json()
    assert (patched["http_code"], patched["http_code_desc"]) == ("200", "OK")
    assert patched["error_code"] == "API0007"
    assert patched["short_message"] == "Appointment status logged successfully"
    refused = await stage.http.get("patients")
    assert refused.status_code == 400
    assert refused.json() == {
        "http_code": "400",
        "http_code_desc": "BadRequest",
        "error_code": "API1004",
        "short_message": "Missing Parameter",
        "long_message": "Requestkey is missing/invalid",
        "more_information": "Please provide correct requestkey",
    }


async def test_the_links_of_a_page_lead_to_its_neighbours_and_are_empty_at_the_ends(stage):
    url = f"{stage.running.base_url}/patients"
    first = await stage.get("patients", limit="50")
    assert first.json()["pagination"] == {
        "first": f"{url}?offset=0&limit=50",
        "previous": "",
        "current": f"{url}?offset=0&limit=50",
        "next": f"{url}?offset=1&limit=50",
        "last": f"{url}?offset=2&limit=50",
    }
    last = (await stage.get("patients", limit="50", offset="2")).json()
    assert last["pagination"]["next"] == ""
    assert last["pagination"]["previous"] == f"{url}?offset=1&limit=50"
    assert len(last["items"]) == 20


async def test_no_body_holds_a_field_outside_the_six_when_the_api_refuses(stage):
    answers = [
        await stage.http.get("nothing-here"),
        await stage.http.post("token"),
        await stage.get("operatories"),
        await stage.http.get("authorized_practices"),
    ]
    assert [answer.status_code for answer in answers] == [404, 405, 400, 400]
    assert all(set(answer.json()) == RESULT for answer in answers)
