"""The audit of dependencies: a finding fails, and a source that cannot be asked is not taken for none."""

import json
import sys

import pytest
from dependencies import FOUND, SOURCES, UNCHECKED, audit

CLEAN = {"name": "one", "version": "1", "vulns": []}
BAD = {"name": "two", "version": "2", "vulns": [{"id": "PYSEC-1"}, {"id": "PYSEC-2"}]}
SKIPPED = {"name": "two", "skip_reason": "not found"}
NO_ANSWER = None
SOURCE = """
import json, sys
said = json.loads(sys.argv[1])[sys.argv[sys.argv.index("-s") + 1]]
if said is None:
    sys.exit("no route to host")
print(json.dumps({"dependencies": said}))
sys.exit(any(one.get("vulns") for one in said))
"""


@pytest.mark.parametrize(
    ("said", "code", "words"),
    [
        ([[CLEAN, {**BAD, "vulns": []}], NO_ANSWER], 0, "No vulnerability is known in 2 packages"),
        ([[CLEAN, BAD], NO_ANSWER], FOUND, "VULNERABLE: two 2: PYSEC-1, PYSEC-2"),
        ([[CLEAN, SKIPPED], [CLEAN, BAD]], FOUND, "VULNERABLE: two 2"),
        ([[CLEAN, BAD, {**SKIPPED, "name": "three"}], NO_ANSWER], FOUND, "VULNERABLE: two 2"),
        (
            [[CLEAN, SKIPPED], NO_ANSWER],
            UNCHECKED,
            "could be asked about 1 packages",
        ),
        ([[SKIPPED], [SKIPPED]], UNCHECKED, "could be asked about ANY PACKAGE"),
        ([NO_ANSWER, NO_ANSWER], UNCHECKED, "could be asked about ANY PACKAGE"),
        ([[], []], UNCHECKED, "NOT AUDITED"),
    ],
)
def test_what_is_known_fails_and_what_nobody_could_tell_is_said_loudly(capfd, said, code, words):
    given = json.dumps(dict(zip(SOURCES, said, strict=True)))
    tool = (sys.executable, "-c", SOURCE, given)
    assert audit("a.lock", allow_unchecked=False, tool=tool) == code
    assert words in capfd.readouterr().out
    assert audit("a.lock", allow_unchecked=True, tool=tool) == (0 if code == UNCHECKED else code)
    assert words in capfd.readouterr().out
