"""The page on what the voice platform comes to see says what the tools' lists and sentences say."""

from disclosures import OF_THE_OFFICE, OF_THE_PATIENT, OURS, shown, table, told

from server.tools.toolsets import ALL


def test_the_page_has_every_tool_as_its_list_and_its_sentences_have_it():
    assert shown().strip() == table().strip(), "run: python tests/disclosures.py"


def test_everything_that_a_tool_tells_has_words_and_nothing_else_has():
    words = [*OF_THE_PATIENT, *OF_THE_OFFICE, *OURS]
    assert len(words) == len(set(words))
    assert set(words) == {path for spec in ALL for path in told(spec.name, spec.operation)}
