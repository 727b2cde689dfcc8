"""Which language is meant, and which is answered in."""

import pytest

from server.desk.charter.terms import UNSAID
from server.tools.call import origin_of
from server.tools.language import language_in, spoken_in
from server.tools.voices import VOICES
from server.tools.wording import languages, phrase


@pytest.mark.parametrize(
    ("said", "code"),
    [
        ("es", "es"),
        ("ES", "es"),
        ("es-MX", "es"),
        ("es_419", "es"),
        ("es-US,es;q=0.9,en;q=0.8", "es"),
        ("spa", "es"),
        (" Spanish ", "es"),
        ("Spanish (Mexico)", "es"),
        ("español", "es"),
        ("Español", "es"),
        ("castellano", "es"),
        ("en", "en"),
        ("en-GB", "en"),
        ("eng", "en"),
        ("English", "en"),
        ("inglés", "en"),
        ("fr", "fr"),
        ("vie", "vie"),
        ("", ""),
        ("   ", ""),
        ("?", ""),
        ("e", ""),
        ("tlhIngan", ""),
        ("{{language}}", ""),
        ("${language}", ""),
        ("es" * 60, ""),
        (None, ""),
        (7, ""),
        (["es"], ""),
    ],
)
def test_a_language_is_read_from_its_tag_or_its_name(said, code):
    assert language_in(said) == code


@pytest.mark.parametrize(
    ("headers", "meta", "asked"),
    [
        ({"x-chairtime-language": "es"}, {"language": "en"}, "es"),
        ({"x-chairtime-language": "{{lang}}"}, {"language": "en"}, "en"),
        ({"x-chairtime-language": "klingon"}, {"language": "es"}, "es"),
        ({"x-chairtime-language": "fr"}, {"language": "es"}, "fr"),
        ({}, {"language": 5}, ""),
        (None, None, ""),
    ],
)
def test_the_header_is_read_before_meta_and_no_argument_counts(headers, meta, asked):
    assert origin_of(headers, meta, {"language": "es"}).language == asked


@pytest.mark.parametrize(
    ("asked", "of_office", "answered"),
    [
        ("es", ("English",), "es"),
        ("en", ("Spanish",), "en"),
        ("", ("Spanish", "English"), "es"),
        ("", ("English", "Spanish"), "en"),
        ("", ("Vietnamese", "Spanish"), "es"),
        ("", ("Vietnamese",), "en"),
        ("", (), "en"),
        ("fr", ("Español",), "es"),
        ("fr", (), "en"),
    ],
)
def test_what_nobody_asks_for_or_no_table_has_is_left_to_the_office(asked, of_office, answered):
    assert spoken_in(asked, of_office) == answered


def test_every_language_has_its_tables_its_voice_and_its_emergency_words():
    assert languages() == ("en", "es")
    assert set(VOICES) == set(languages())
    assert phrase("en", ("emergency", "unsaid")) == UNSAID.emergency_text
    for language in languages():
        assert "911" in phrase(language, ("emergency", "unsaid"))
