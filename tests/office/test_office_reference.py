"""The page on an office's profile describes every key as the table of keys has it."""

import pytest
from office_reference import PAGE, reference, shown

from server.desk.gate import Why
from server.settings import environment_names


def test_the_page_describes_every_key_as_the_table_has_it():
    assert shown().strip() == reference().strip(), "run: python tests/office_reference.py"


@pytest.mark.parametrize("why", [why for why in Why if why])
def test_the_page_names_every_reason_for_which_a_wish_becomes_a_request(why):
    assert f"| `{why}` |" in PAGE.read_text(encoding="utf-8")


def test_every_setting_that_the_page_names_is_one():
    words = {word.strip("`.,;|") for word in PAGE.read_text(encoding="utf-8").split()}
    named = {word.partition("=")[0] for word in words if word.startswith("CHAIRTIME_")}
    assert named
    assert named <= environment_names().keys()
