"""The table of callers' sentences: every case can be called, and one wrong argument loses it."""

import json
import shlex
import sys
import threading
from collections.abc import Mapping
from contextlib import contextmanager
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import jsonschema
import pytest

from bench.reads_report import with_block
from bench.tool_choice import baseline
from bench.tool_choice.__main__ import BEGIN, END, PAGE, main
from bench.tool_choice.asking import messages_for, tools_for
from bench.tool_choice.cases import CASES, Case, Choice, Unreadable, read_cases
from bench.tool_choice.choosers import ChooserFailed, Command, Model
from bench.tool_choice.report import misses, table
from bench.tool_choice.scoring import score
from server.tools.arguments import iso_date, read_all
from server.tools.toolsets import ALL, TOOLSETS
from store.handles import Kind

ALL_CASES = read_cases()
SPECS = {spec.name: spec for spec in ALL}
HANDLES = {"patient": "p", "slot": "s", "appointment": "a", "writeback": "w"}
INSTEAD_OF_A_PATIENT = {"", "new", "new_child"}


def values(wanted):
    """Every value, or one text, that an expectation takes."""
    if not isinstance(wanted, Mapping):
        return [wanted]
    if "one_of" in wanted:
        return list(wanted["one_of"])
    return [" ".join(words.split("|")[0] for words in wanted.get("has", []))] if "has" in wanted else []


def plain(wanted: Choice) -> Choice:
    """One call that an expectation takes."""
    return Choice(
        wanted.tool, {name: values(one)[0] for name, one in wanted.arguments.items() if values(one)}
    )


def made(case: Case):
    """Each accepted set of calls, as it could be made."""
    return [[plain(one) for one in accepted] for accepted in case.accept]


def wanted_of(case: Case):
    return [one for accepted in case.accept for one in accepted]


def by_id(case):
    return case.id


def test_there_are_enough_cases_of_every_hard_kind_and_no_id_twice():
    assert len(ALL_CASES) >= 80
    assert len({case.id for case in ALL_CASES}) == len(ALL_CASES)
    hard = {
        "correction",
        "relative date",
        "two wishes",
        "no tool",
        "refuses birth date",
        "emergency",
        "for another",
    }
    assert all(sum(case.kind == kind for case in ALL_CASES) >= 4 for kind in hard)
    assert sum(case.language == "es" for case in ALL_CASES) >= 10
    assert {one.tool for case in ALL_CASES for one in wanted_of(case)} == set(SPECS)


@pytest.mark.parametrize("case", ALL_CASES, ids=by_id)
def test_what_a_case_expects_the_tools_would_take(case):
    shown = {spec.name for toolset in case.shown for spec in TOOLSETS[toolset]}
    handles = {known.handle for known in case.known}
    assert case.accept
    for wanted in wanted_of(case):
        assert wanted.tool in shown
        spec = SPECS[wanted.tool]
        jsonschema.validate(
            dict(plain(wanted).arguments), {**spec.as_tool().input_schema, "additionalProperties": False}
        )
        for name, matcher in wanted.arguments.items():
            assert not isinstance(matcher, Mapping) or len(matcher) == 1
            for value in values(matcher):
                read_all(spec.arguments, {**plain(wanted).arguments, name: value})
                if name.startswith("date") and value:
                    day = iso_date(value, name)
                    assert day
                    assert name == "date_of_birth" or day >= case.today
                if name in HANDLES and value not in INSTEAD_OF_A_PATIENT:
                    assert value in handles, f"{value} is not known in this case"


def test_handles_look_as_the_server_makes_them():
    kinds = {kind.value for kind in Kind}
    for known in (known for case in ALL_CASES for known in case.known):
        assert known.handle[0] in kinds
        assert len(known.handle) == 11
        assert set(known.handle[1:]) <= set("0123456789abcdefghjkmnpqrstvwxyz")


@pytest.mark.parametrize("case", ALL_CASES, ids=by_id)
def test_what_is_right_is_scored_right_and_any_change_of_an_argument_loses(case):
    for calls in made(case):
        assert score(case, calls).arguments
        assert score(case, calls[::-1]).arguments
    for accepted, calls in zip(case.accept, made(case), strict=True):
        for place, wanted in enumerate(accepted):
            for name, matcher in wanted.arguments.items():
                if isinstance(matcher, Mapping) and "any" in matcher:
                    continue
                wrong = [*calls]
                wrong[place] = Choice(wanted.tool, {**calls[place].arguments, name: changed(matcher)})
                told = score(case, wrong)
                assert told.tools
                assert not told.arguments, name


def changed(matcher):
    if isinstance(matcher, bool):
        return not matcher
    return "something else"


BOOK = next(case for case in ALL_CASES if case.id == "booking-01")
YES = made(BOOK)[0][0]


@pytest.mark.parametrize(
    "calls",
    [
        [],
        [YES, YES],
        [YES, Choice("check_writeback", {})],
        [Choice("find_slots", {"reason": "exam"})],
        [Choice("no_such_tool", {})],
    ],
)
def test_a_call_too_many_too_few_or_of_another_tool_loses_the_tools(calls):
    told = score(BOOK, calls)
    assert (told.tools, told.arguments) == (False, False)


@pytest.mark.parametrize(
    "extra", [{"slot_id": "7"}, {"caller_confirmed": None}, {"slot": ""}, {"patient": 7.5}]
)
def test_an_argument_too_many_or_left_out_loses(extra):
    told = score(BOOK, [Choice(YES.tool, {**YES.arguments, **extra})])
    assert (told.tools, told.arguments) == (True, False)


def test_an_argument_that_is_not_expected_may_stand_at_its_default_only():
    case = next(case for case in ALL_CASES if case.id == "identity-01")
    [right] = made(case)[0]
    same = Choice(right.tool, {**right.arguments, "caller_is": "self", "phone": ""})
    other = Choice(right.tool, {**right.arguments, "caller_is": "parent"})
    assert score(case, [same]).arguments
    assert not score(case, [other]).arguments


def test_a_word_that_is_none_of_the_tools_own_is_wrong_though_the_tool_would_take_it():
    case = replace(BOOK, accept=((Choice("message_office", {"message": "Hello."}),),))
    assert score(case, [Choice("message_office", {"message": "hello"})]).arguments
    assert not score(case, [Choice("message_office", {"message": "Hello.", "kind": "greeting"})]).arguments


@pytest.mark.parametrize(
    ("wanted", "given", "right"),
    [
        ("860 555 0101", "+1 (860) 555-0101", True),
        ("860 555 0101", "860 555 0102", False),
        ("Lucía Fernández", "lucia fernandez", True),
        ("Lucía Fernández", "Lucia Hernandez", False),
        ({"has": ["swell|swollen", "eye"]}, "Swollen up to the eye", True),
        ({"has": ["swell|swollen", "eye"]}, "Swollen cheek", False),
        ({"one_of": ["Bill", "William"]}, "william", True),
        ({"one_of": ["Bill", "William"]}, "Will", False),
        ({"any": True}, "whatever", True),
    ],
)
def test_values_are_compared_for_what_they_mean(wanted, given, right):
    case = replace(BOOK, accept=((Choice("message_office", {"message": "x", "name": wanted}),),))
    assert score(case, [Choice("message_office", {"message": "x", "name": given})]).arguments is right


def test_dates_are_compared_to_the_day():
    case = next(case for case in ALL_CASES if case.id == "relative-date-01")
    [right] = made(case)[0]
    assert not score(case, [Choice(right.tool, {**right.arguments, "date_from": "2026-11-26"})]).arguments


def test_the_conversation_has_the_date_with_its_weekday_the_handles_and_the_sentence_last():
    first, *between, last = messages_for(BOOK)
    assert "Tuesday, 2026-11-24" in first["content"]
    assert all(known.handle in first["content"] for known in BOOK.known)
    assert "receptionist" in first["content"]
    assert between == [dict(message) for message in BOOK.history]
    assert last == {"role": "user", "content": BOOK.says}
    spanish = next(case for case in ALL_CASES if case.language == "es")
    assert "recepcionista" in messages_for(spanish)[0]["content"]
    assert messages_for(BOOK, "Be brief.")[0]["content"].startswith("Be brief.")


def test_the_page_has_the_baselines_table():
    page = PAGE.read_text(encoding="utf-8")
    scores = [score(case, baseline.choose(case)) for case in ALL_CASES]
    assert page == with_block(page, table(scores), BEGIN, END), "run: make tool-pages"
    assert "Spanish-04" in misses(scores)


def test_the_baseline_is_scored_and_must_reach_what_is_asked_for(capsys):
    assert main(["--at-least", "60"]) == 0
    assert main(["--at-least", "132", "--misses"]) == 1
    assert "| **all** | 132 |" in capsys.readouterr().out


CHOOSER = """
import json, sys
for line in sys.stdin:
    asked = json.loads(line)
    assert set(asked) == {"id", "messages", "tools"}
    assert "accept" not in line
    topic = {"topic": "hours"}
    answers = {"office-01": [{"tool": "office_info", "arguments": topic}]}
    print(json.dumps({"calls": answers.get(asked["id"], [])}), flush=True)
"""


def test_a_command_is_asked_a_line_a_case_and_not_told_what_is_right(tmp_path, capsys):
    script = tmp_path / "chooser.py"
    script.write_text(CHOOSER, encoding="utf-8")
    assert main(["--command", shlex.join([sys.executable, str(script)]), "--json"]) == 0
    told = {one["id"]: one for one in map(json.loads, capsys.readouterr().out.splitlines())}
    assert len(told) == len(ALL_CASES)
    assert told["office-01"]["arguments"] is True
    assert told["office-02"]["tools"] is False


@pytest.mark.parametrize(
    "script", ["", "print('no json', flush=True)", "print('{}', flush=True)", "print('[1]', flush=True)"]
)
def test_a_command_that_answers_nothing_of_use_ends_the_run(tmp_path, script, capsys):
    path = tmp_path / "chooser.py"
    path.write_text(script, encoding="utf-8")
    assert main(["--command", shlex.join([sys.executable, str(path)])]) == 2
    assert capsys.readouterr().out == ""


def test_a_command_that_never_answers_is_ended_when_its_time_is_up(tmp_path):
    path = tmp_path / "chooser.py"
    path.write_text("import sys\nfor line in sys.stdin: pass\n", encoding="utf-8")
    command = Command(shlex.join([sys.executable, str(path)]), seconds=0.5)
    with pytest.raises(ChooserFailed, match=r"longer than 0\.5 s"):
        command.choose(BOOK)
    command.close()


def test_a_command_that_is_none_does_not_start():
    with pytest.raises(ChooserFailed, match="does not start"):
        Command("/no/such/program")


@contextmanager
def endpoint(answer):
    """An OpenAI-compatible root on loopback; what it was asked is kept."""
    asked = []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self):
            asked.append((self.path, json.loads(self.rfile.read(int(self.headers["Content-Length"])))))
            body = json.dumps(answer).encode()
            self.send_response(200)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_request(self, code="-", size="-"):
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/v1", asked
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def answered(*calls):
    made_calls = [{"id": str(n), "type": "function", "function": call} for n, call in enumerate(calls)]
    return {"choices": [{"message": {"role": "assistant", "content": None, "tool_calls": made_calls}}]}


def test_a_model_is_asked_with_prompt_and_tools_and_its_tool_calls_are_scored():
    right = {"name": YES.tool, "arguments": json.dumps(dict(YES.arguments))}
    with endpoint(answered(right)) as (url, asked):
        model = Model(url, "mine")
        assert score(BOOK, model.choose(BOOK)).arguments
        model.close()
    [(path, body)] = asked
    assert path == "/v1/chat/completions"
    assert (body["model"], body["temperature"]) == ("mine", 0)
    assert body["tools"] == tools_for(BOOK)
    assert body["messages"] == messages_for(BOOK)


@pytest.mark.parametrize("arguments", ["not json", "[]", '"text"', "{}"])
def test_arguments_of_a_model_that_are_no_object_are_scored_as_wrong(arguments):
    with endpoint(answered({"name": YES.tool, "arguments": arguments})) as (url, _):
        model = Model(url, "mine")
        assert not score(BOOK, model.choose(BOOK)).arguments
        model.close()


def test_a_model_that_says_something_calls_nothing():
    with endpoint({"choices": [{"message": {"role": "assistant", "content": "Hello!"}}]}) as (url, _):
        model = Model(url, "mine")
        assert model.choose(BOOK) == []
        model.close()


@pytest.mark.parametrize("answer", [{}, {"choices": []}, [], {"choices": [{"message": None}]}])
def test_an_answer_that_is_none_ends_the_run(answer, capsys):
    with endpoint(answer) as (url, _):
        assert main(["--url", url, "--model", "mine"]) == 2
    assert "does not answer" in capsys.readouterr().err


@pytest.mark.parametrize(
    "url", ["https://models.example/v1", "http://10.0.0.7/v1", "http://localhost.example/v1", "x"]
)
def test_a_model_elsewhere_is_not_asked(url):
    with pytest.raises(ChooserFailed, match="this machine"):
        Model(url, "mine")


@pytest.mark.parametrize(
    "line", ["no json", "[]", "{}", '{"id": "x"}', json.dumps({"id": "x", "kind": "k", "language": "en"})]
)
def test_a_file_that_holds_no_cases_is_named_with_its_line(tmp_path, line):
    path = tmp_path / "cases.jsonl"
    path.write_text(CASES.read_text(encoding="utf-8").splitlines()[0] + "\n" + line + "\n", encoding="utf-8")
    with pytest.raises(Unreadable, match="line 2"):
        read_cases(path)
    assert main(["--cases", str(path)]) == 2
    assert main(["--cases", str(tmp_path / "none.jsonl")]) == 2


@pytest.mark.parametrize(
    "arguments",
    [
        ["--url", "http://127.0.0.1/v1"],
        ["--command", "x", "--url", "y", "--model", "z"],
        ["--write", "--command", "x"],
    ],
)
def test_arguments_that_do_not_go_together_are_refused(arguments, capsys):
    with pytest.raises(SystemExit) as ended:
        main(arguments)
    assert ended.value.code == 2
    capsys.readouterr()
