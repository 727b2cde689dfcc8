"""The command line as a person meets it: exit codes, messages, and ending in order."""

import json
import signal
import socket
import subprocess
import sys

import anyio
import httpx2
import pytest
from typer.testing import CliRunner

from sandbox.world import THREE_OFFICES, SandboxConfig, World
from server import __version__, cli
from server.failures import ConfigurationError, Failure
from server.misspelled import OF_OTHERS
from server.operators.records import acting
from store.credentials import Given
from store.errors import BadDatabaseUrl
from store.opening import open_store
from store.sealing import KeyRing

INITIALIZE = json.dumps(
    {
        "jsonrpc": "2.0",
        "id": 1,
        "method": "initialize",
        "params": {
            "protocolVersion": "2025-11-25",
            "capabilities": {},
            "clientInfo": {"name": "test", "version": "1"},
        },
    }
)
TRACEBACK = "Traceback"


def dead_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@pytest.fixture
def nowhere():
    """An account at a Sikka that is down."""
    return {
        "SIKKA_BASE_URL": f"http://127.0.0.1:{dead_port()}/v4",
        "SIKKA_APP_ID": "an-app-id",
        "SIKKA_APP_KEY": "an-app-key",
    }


async def test_the_version_is_told(commands):
    ended = await commands.run("--version")
    assert (ended.code, ended.out.strip(), ended.err) == (0, f"chairtime {__version__}", "")


async def test_help_lists_the_commands(commands):
    ended = await commands.run("--help")
    assert ended.code == 0
    assert all(name in ended.out for name in ("serve", "demo", "doctor", "sandbox"))


@pytest.mark.parametrize("command", ["serve", "doctor"])
async def test_without_credentials_it_says_what_to_set_and_where_to_get_it(commands, command):
    ended = await commands.run(command)
    assert (ended.code, ended.out) == (2, "")
    for words in ("SIKKA_APP_ID", "SIKKA_APP_KEY", "API portal", "--sandbox"):
        assert words in ended.err
    assert not (commands.folder / "chairtime.db").exists()


@pytest.mark.parametrize("transport", ["stdio", "http"])
async def test_of_several_offices_it_wants_one_named_and_lists_them(commands, practice, transport, account):
    async with practice(offices=THREE_OFFICES) as sandbox:
        ended = await commands.run("serve", "--transport", transport, "--port", "0", **account(sandbox))
    assert (ended.code, ended.out) == (2, "")
    assert "CHAIRTIME_OFFICE" in ended.err
    assert all(f"{spec.office_id}/1" in ended.err for spec in THREE_OFFICES)
    assert TRACEBACK not in ended.err


async def test_stdio_takes_one_office_even_where_two_were_chosen(commands, practice, account):
    async with practice(offices=THREE_OFFICES) as sandbox:
        ended = await commands.run("serve", **account(sandbox, CHAIRTIME_OFFICE="D10001, D20002"))
    assert ended.code == 2
    assert "D20002/1" in ended.err
    assert "D30003" not in ended.err


async def test_one_of_several_offices_can_be_chosen(commands, practice, account):
    async with practice(offices=THREE_OFFICES) as sandbox:
        ended = await commands.run("serve", **account(sandbox, CHAIRTIME_OFFICE="D20002/1"))
    assert ended.code == 0


async def test_an_office_that_does_not_exist_is_refused(commands, practice, account):
    async with practice() as sandbox:
        ended = await commands.run("serve", **account(sandbox, CHAIRTIME_OFFICE="D99999"))
    assert (ended.code, ended.out) == (2, "")
    assert "CHAIRTIME_OFFICE" in ended.err
    assert TRACEBACK not in ended.err


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("CHAIRTIME_POLL_SECONDS", "quite-often"),
        ("CHAIRTIME_LOG_LEVEL", "chatty"),
        ("CHAIRTIME_RATE_RESERVE", "1.5"),
        ("SIKKA_BASE_URL", "http://api.example.com/v4"),
    ],
)
async def test_a_setting_that_is_wrong_is_named_and_its_value_is_not(commands, nowhere, name, value):
    ended = await commands.run("serve", **{**nowhere, name: value})
    assert (ended.code, ended.out) == (2, "")
    assert name in ended.err
    assert value not in ended.err
    assert TRACEBACK not in ended.err


@pytest.mark.parametrize(
    ("wrong", "told"),
    [
        (
            {"CHAIRTIME_ISSUER": "https://issuer.example.org"},
            "CHAIRTIME_ISSUER, CHAIRTIME_JWKS_URL and CHAIRTIME_PUBLIC_URL go together\n",
        ),
        (
            {"SIKKA_BASE_URL": "http://api.example.com/v4"},
            "SIKKA_BASE_URL must be https, or http on loopback\n",
        ),
        (
            {"CHAIRTIME_TOOLSETS": "billings"},
            "CHAIRTIME_TOOLSETS: must be a comma list of scheduling, frontoffice, billing\n",
        ),
    ],
)
async def test_a_setting_that_is_wrong_is_told_by_its_own_name_and_in_our_words(commands, wrong, told):
    ended = await commands.run("inbox", **wrong)
    assert (ended.code, ended.err) == (2, told)


@pytest.mark.parametrize(
    ("misspelled", "meant"),
    [
        ("CHAIRTIME_READONLY", "CHAIRTIME_READ_ONLY"),
        ("chairtime_readonly", "CHAIRTIME_READ_ONLY"),
        ("CHAIRTIME_OFFICES", "CHAIRTIME_OFFICE"),
        ("CHAIRTIME_APP_ID", "SIKKA_APP_ID"),
        ("SIKKA_APPKEY", "SIKKA_APP_KEY"),
    ],
)
async def test_a_setting_that_is_misspelled_is_named_with_the_one_that_was_meant(
    commands, nowhere, misspelled, meant
):
    ended = await commands.run("serve", **nowhere, **{misspelled: "true-secret"})
    assert (ended.code, ended.out) == (2, "")
    assert f"{misspelled} is the name of no setting. The nearest is {meant}. Nothing was done." in ended.err
    assert "true-secret" not in ended.err
    assert not (commands.folder / "chairtime.db").exists()


async def test_a_name_that_may_be_another_programs_is_said_and_passed_over(commands, nowhere):
    ended = await commands.run("serve", **nowhere, CHAIRTIME_SERVICE_HOST="10.0.0.1")
    assert ended.code == 0
    assert "CHAIRTIME_SERVICE_HOST is the name of no setting." in ended.err
    assert "It is passed over." in ended.err


async def test_the_names_of_clients_and_of_deployments_are_no_misspellings(commands):
    ended = await commands.run("tokens", "list", **dict.fromkeys(OF_OTHERS, "x"))
    assert (ended.code, "no setting" in ended.err) == (2, False)  # there is no database


@pytest.mark.parametrize("host", ["0.0.0.0", "192.0.2.1"])
async def test_http_beyond_this_machine_is_refused(commands, host):
    ended = await commands.run("serve", "--transport", "http", "--sandbox", "--host", host)
    assert (ended.code, ended.out) == (2, "")
    assert "--host 127.0.0.1" in ended.err
    assert TRACEBACK not in ended.err


@pytest.mark.parametrize("command", [("serve", "--transport", "http", "--sandbox"), ("sandbox",)])
async def test_a_port_that_is_taken_is_said_in_words(commands, command):
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = str(other.getsockname()[1])
        ended = await commands.run(*command, "--port", port)
    assert (ended.code, ended.out) == (1, "")
    assert f"Port {port} cannot be used" in ended.err
    assert TRACEBACK not in ended.err


async def test_a_key_that_does_not_open_the_store_is_refused_and_the_store_left_alone(
    commands, practice, account
):
    async with practice() as sandbox:
        assert (await commands.run("serve", **account(sandbox))).code == 0
        database = commands.folder / "chairtime.db"
        before = database.read_bytes()
        other = KeyRing.generate().dump()
        ended = await commands.run("serve", **account(sandbox, CHAIRTIME_KEY=other))
    assert (ended.code, ended.out) == (2, "")
    assert "CHAIRTIME_KEY" in ended.err
    assert other.strip() not in ended.err
    assert TRACEBACK not in ended.err
    assert database.read_bytes() == before


@pytest.mark.parametrize("command", ["serve", "doctor"])
async def test_a_database_that_cannot_be_used_is_a_matter_of_configuration(commands, nowhere, command):
    url = "mysql://user:hidden@db.example/x"
    ended = await commands.run(command, **nowhere, CHAIRTIME_DATABASE_URL=url)
    assert ended.code == 2
    assert "sqlite" in ended.err
    assert "hidden" not in ended.err
    assert TRACEBACK not in ended.err


async def test_stdio_speaks_nothing_but_protocol_and_ends_with_its_host(commands, practice, account):
    async with practice() as sandbox, commands.start("serve", **account(sandbox)) as server:
        answer = json.loads(await server.ask(INITIALIZE))
        assert answer["result"]["serverInfo"]["name"] == "chairtime"
        await server.process.stdin.send(b'{"jsonrpc":"2.0","method":"notifications/initialized"}\n')
        listed = json.loads(await server.ask('{"jsonrpc":"2.0","id":2,"method":"tools/list"}'))
        assert len(listed["result"]["tools"]) == 9
        await server.process.stdin.aclose()
        ended = await server.ends()
    assert (ended.code, ended.out) == (0, "")
    assert TRACEBACK not in ended.err


async def test_the_option_for_toolsets_beats_the_setting_and_read_only_beats_both(
    commands, practice, account
):
    async with practice() as sandbox:
        settings = account(sandbox, CHAIRTIME_TOOLSETS="billing", CHAIRTIME_READ_ONLY="true")
        async with commands.start("serve", "--toolsets", "frontoffice", **settings) as server:
            await server.ask(INITIALIZE)
            await server.process.stdin.send(b'{"jsonrpc":"2.0","method":"notifications/initialized"}\n')
            listed = json.loads(await server.ask('{"jsonrpc":"2.0","id":2,"method":"tools/list"}'))
            assert [tool["name"] for tool in listed["result"]["tools"]] == ["list_appointments"]
            await server.process.stdin.aclose()
            assert (await server.ends()).code == 0


async def test_toolsets_that_do_not_exist_stop_the_start(commands, nowhere):
    ended = await commands.run("serve", "--toolsets", "scheduling,billings", **nowhere)
    assert (ended.code, ended.out) == (2, "")
    assert "CHAIRTIME_TOOLSETS" in ended.err
    assert TRACEBACK not in ended.err


async def test_stdio_runs_on_the_embedded_stand_in_and_leaves_nothing_behind(commands):
    async with commands.start("serve", "--sandbox", CHAIRTIME_DATABASE_URL="") as server:
        assert "result" in json.loads(await server.ask(INITIALIZE))
        assert len(list(commands.scratch.iterdir())) == 1
        await server.process.stdin.aclose()
        ended = await server.ends()
    assert ended.code == 0
    assert list(commands.scratch.iterdir()) == []


async def test_the_embedded_stand_in_can_be_given_a_database_that_stays(commands):
    assert (await commands.run("serve", "--sandbox")).code == 0
    assert (commands.folder / "chairtime.db").exists()
    assert (await commands.run("serve", "--sandbox")).code == 0


async def test_the_embedded_stand_in_leaves_the_database_of_other_offices_alone(commands, practice, account):
    async with practice(seed=8) as elsewhere:  # an office of the very same id
        assert (await commands.run("serve", **account(elsewhere))).code == 0
    before = (commands.folder / "chairtime.db").read_bytes()
    ended = await commands.run("serve", "--sandbox")
    assert (ended.code, ended.out) == (2, "")
    assert "CHAIRTIME_DATABASE_URL names a database of offices that are not the stand-in's" in ended.err
    assert "D10001/1" in ended.err
    assert TRACEBACK not in ended.err
    assert (commands.folder / "chairtime.db").read_bytes() == before


async def test_the_embedded_stand_in_leaves_the_database_of_an_account_alone(commands):
    place = commands.folder / "chairtime.db"
    async with await open_store(
        f"sqlite://{place}", key_file=None, key_text=None, default_path=place
    ) as store:
        given = Given("an-app-id", "an-app-key", "https://api.example.org/v4", "D1/1")
        with acting(store, "connect", "Ann"):
            await store.credentials.put(given, 1)
    ended = await commands.run("serve", "--sandbox")
    assert (ended.code, ended.out) == (2, "")
    assert "CHAIRTIME_DATABASE_URL names a database of an account" in ended.err


async def test_it_starts_while_sikka_is_down(commands, nowhere):
    async with commands.start("serve", **nowhere) as server:
        assert "result" in json.loads(await server.ask(INITIALIZE))
        await server.process.stdin.aclose()
        ended = await server.ends()
    assert (ended.code, ended.out) == (0, "")
    assert TRACEBACK not in ended.err


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
async def test_a_signal_ends_stdio_in_order(commands, practice, number, account):
    async with practice() as sandbox, commands.start("serve", **account(sandbox)) as server:
        await server.ask(INITIALIZE)
        ended = await server.ended_by(number)
    assert (ended.code, ended.out) == (0, "")
    assert TRACEBACK not in ended.err


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
async def test_http_answers_for_its_health_and_ends_in_order(commands, number):
    serve = ("serve", "--transport", "http", "--sandbox", "--port", "0")
    async with commands.start(*serve, CHAIRTIME_DATABASE_URL="") as server:
        address = await server.value("CHAIRTIME_ADDRESS")
        async with httpx2.AsyncClient(trust_env=False) as http:
            health = await http.get(f"{address}/healthz")
        assert (health.status_code, health.json()) == (200, {"healthy": True})
        ended = await server.ended_by(number)
    assert (ended.code, ended.out) == (0, "")
    assert TRACEBACK not in ended.err
    assert list(commands.scratch.iterdir()) == []


async def test_a_signal_ends_it_even_while_sikka_lets_it_wait(commands):
    listener = await anyio.create_tcp_listener(local_host="127.0.0.1")
    port = listener.extra(anyio.abc.SocketAttribute.local_port)
    asked = anyio.Event()

    async def never_answer(stream):
        async with stream:
            asked.set()
            await anyio.sleep_forever()

    async with listener, anyio.create_task_group() as tasks:
        tasks.start_soon(listener.serve, never_answer)
        silent = {
            "SIKKA_BASE_URL": f"http://127.0.0.1:{port}/v4",
            "SIKKA_APP_ID": "an-app-id",
            "SIKKA_APP_KEY": "an-app-key",
        }
        async with commands.start("serve", **silent) as server:
            with anyio.fail_after(60):
                await asked.wait()
            ended = await server.ended_by()
            assert (ended.code, ended.out) == (0, "")
            assert TRACEBACK not in ended.err
        tasks.cancel_scope.cancel()


async def test_the_stand_in_is_made_as_the_command_line_says_and_says_where_it_is(commands):
    options = ("--port", "0", "--writes-take", "1", "2", "--refresh", "0", "--seed", "3", "--no-desk")
    async with commands.start("sandbox", *options) as stand_in:
        control = await stand_in.value("SANDBOX_CONTROL_URL")
        base_url = await stand_in.value("SIKKA_BASE_URL")
        headers = {
            "App-Id": await stand_in.value("SIKKA_APP_ID"),
            "App-Key": await stand_in.value("SIKKA_APP_KEY"),
        }
        async with httpx2.AsyncClient(trust_env=False) as http:
            practices = await http.get(f"{base_url}/authorized_practices", headers=headers)
            rows = (await http.get(f"{control}/offices/D10001/patients")).json()
        ended = await stand_in.ended_by()
    assert practices.status_code == 200
    same = World(SandboxConfig(seed=3)).offices["D10001"].records.patients.values()
    assert [row["lastname"] for row in rows] == [patient.lastname for patient in same]
    assert (ended.code, ended.out) == (0, "")
    assert TRACEBACK not in ended.err


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        ((), SandboxConfig()),
        (
            ("--writes-take", "3", "6", "--refresh", "0", "--seed", "5", "--no-desk"),
            SandboxConfig(seed=5, writeback_seconds=(3.0, 6.0), refresh_seconds=0.0, desk=False),
        ),
    ],
)
def test_the_options_of_the_stand_in_reach_its_world(monkeypatch, options, expected):
    made = []
    monkeypatch.setattr("server.stand_in.run_stand_in", lambda config, port: made.append((config, port)) or 0)
    assert CliRunner().invoke(cli.app, ["sandbox", *options]).exit_code == 0
    assert made == [(expected, 8901)]


async def test_a_pace_with_its_ends_swapped_is_refused(commands):
    ended = await commands.run("sandbox", "--port", "0", "--writes-take", "6", "3")
    assert ended.code == 2
    assert "the least comes first" in ended.err


def fails_with(error):
    async def command():
        raise error

    return command


@pytest.mark.parametrize(
    ("error", "code", "words"),
    [
        (ConfigurationError("Set THIS."), 2, "Set THIS."),
        (BadDatabaseUrl("Use that."), 2, "Use that."),
        (Failure("It did not work."), 1, "It did not work."),
        (ValueError("Anna Lindqvist"), 1, "Chairtime stopped: ValueError"),
        (ExceptionGroup("x", [ExceptionGroup("y", [Failure("Deep.")])]), 1, "Deep."),
        (ExceptionGroup("x", [Failure("One."), ConfigurationError("Two.")]), 2, "Two."),
    ],
)
def test_what_goes_wrong_is_said_without_anybodys_data(capsys, error, code, words):
    assert cli.run(fails_with(error)) == code
    said = capsys.readouterr()
    assert words in said.err
    assert "Lindqvist" not in said.err
    assert said.out == ""


def test_ctrl_c_is_no_failure():
    assert cli.run(fails_with(KeyboardInterrupt())) == 0


def test_the_installed_command_is_the_same_program():
    done = subprocess.run(
        [
            sys.executable,
            "-c",
            "import sys; sys.argv=['chairtime','--version'];from server.__main__ import main; main()",
        ],
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stdout.strip()) == (0, f"chairtime {__version__}")
