"""What is released, built and used as people do: `make packages` runs this, printing what it did.

Not collected with the other tests: it builds environments from the package index, which takes a minute.
"""

import json
import os
import shutil
import stat
import subprocess
import sys
import tarfile
import tempfile
import zipfile
from contextlib import asynccontextmanager
from pathlib import Path

import anyio
import httpx2
import pytest
from callers import Caller
from dockerfile_steps import Image
from mcp import Client, StdioServerParameters
from processes import free_port, open_practice

from server import __version__
from server.tools.toolsets import TOOLSETS

ROOT = Path(__file__).parents[2]
OURS = ("CHAIRTIME_", "SIKKA_", "COVERAGE_", "PYTHON", "VIRTUAL_ENV")
NAME = f"chairtime-{__version__}"
MOST_KIB = {"whl": 1024, "mcpb": 1024, "tar.gz": 2048}
LIMIT_SECONDS = 300
SLOW_START = 60.0  # a first start, on a busy machine
AS_NOBODY = ("setpriv", "--reuid=10001", "--regid=10001", "--clear-groups") if os.geteuid() == 0 else ()


# What a host makes of an unpacked bundle and its user's settings, by the bundle tool's own code.
HOST = """
import { readFileSync } from "fs";
const { getMcpConfigForManifest } = await import(process.env.MCPB);
const read = (name) => JSON.parse(readFileSync(name));
console.log(JSON.stringify(await getMcpConfigForManifest({
  manifest: read("bundle/manifest.json"),
  extensionPath: `${process.cwd()}/bundle`,
  pathSeparator: "/",
  systemDirs: {},
  userConfig: read("settings.json"),
})));
"""


def clean(**changes):
    """The environment of somebody who has nothing of ours, the settings of package indexes kept."""
    return {name: value for name, value in os.environ.items() if not name.startswith(OURS)} | changes


def run(*command, cwd, **changes):
    """A command to its end, which must be good; what it wrote to stdout."""
    done = subprocess.run(
        [str(part) for part in command],
        cwd=cwd,
        env=clean(**changes),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
        timeout=LIMIT_SECONDS,
    )
    assert done.returncode == 0, f"{command} ended with {done.returncode}:\n{done.stdout}\n{done.stderr}"
    return done.stdout


@pytest.fixture(scope="module")
def scratch():
    """A directory that other users of the machine may enter: the image's user is nobody's."""
    folder = Path(tempfile.mkdtemp(prefix="chairtime-packages-"))
    folder.chmod(0o755)
    yield folder
    shutil.rmtree(folder)


@pytest.fixture(scope="module")
def dist(scratch):
    """The three packages, and where the MCPB tool lies."""
    said = run(ROOT / "deploy" / "pack", scratch / "dist", cwd=scratch)
    tool = said.splitlines()[-1]
    assert tool.startswith("MCPB_TOOL=")
    return scratch / "dist", Path(tool.partition("=")[2]) / "node_modules/@anthropic-ai/mcpb/dist"


@pytest.fixture(scope="module")
def tools():
    """The directory of uv and the linters, locked with their hashes, and kept in the user's cache."""
    lock = ROOT / "requirements.packages.lock"
    known = subprocess.run(["sha256sum", lock], capture_output=True, text=True, check=True).stdout[:12]
    cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    place = cache / "chairtime" / f"packages-{known}"
    if not (place / ".ready").exists():
        run(sys.executable, "-m", "venv", "--clear", place, cwd=ROOT)
        pip = (place / "bin" / "python", "-m", "pip", "install", "--quiet", "--require-hashes", "--no-deps")
        run(*pip, "-r", lock, cwd=ROOT)
        (place / ".ready").touch()
    return place / "bin"


def files_of(path):
    """Name -> bytes of every file of an archive."""
    if path.name.endswith(".tar.gz"):
        with tarfile.open(path) as archive:
            return {
                member.name.partition("/")[2]: file.read()
                for member in archive.getmembers()
                if (file := archive.extractfile(member)) is not None
            }
    with zipfile.ZipFile(path) as archive:
        return {name: archive.read(name) for name in archive.namelist() if not name.endswith("/")}


def sources():
    """Every file of the program as the repository has it."""
    tracked = subprocess.run(
        ["git", "ls-files", "server", "store", "sandbox"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    ).stdout.split()
    return {name: (ROOT / name).read_bytes() for name in tracked}


@asynccontextmanager
async def on_stdio(command, arguments, environment, cwd):
    """A caller on a server that a host has started."""
    server = StdioServerParameters(command=str(command), args=arguments, env=environment, cwd=str(cwd))
    async with Client(server) as client:
        yield Caller(client, meta={"call_id": "packed"}, seconds=10)


async def does_the_main_job(caller, practice):
    """A patient is found, booked when the practice has done it and not before, and told so."""
    somebody = practice.somebody()
    patient = await caller.identify(somebody)
    offer = (await caller.offers(patient=patient))[0]
    pending = await caller.book(patient, offer["slot"])
    assert pending.outcome == "pending"
    assert practice.appointments(somebody) == []
    await practice.carries_out(somebody)
    told = await caller.settled("confirmed", writeback=pending.facts["writeback"])
    [truth] = practice.appointments(somebody)
    assert truth.start.isoformat(timespec="minutes") == offer["start"]
    assert offer["spoken"] in told.say
    return told.say


def test_each_package_holds_the_program_and_nothing_that_no_user_needs(dist, tell):
    folder, _ = dist
    program = sources()
    wheel, bundle = files_of(folder / f"{NAME}-py3-none-any.whl"), files_of(folder / f"{NAME}.mcpb")
    sdist = files_of(folder / f"{NAME}.tar.gz")
    about = {f"{NAME}.dist-info/{name}" for name in ("METADATA", "WHEEL", "RECORD", "entry_points.txt")}
    assert set(wheel) == set(program) | about | {f"{NAME}.dist-info/licenses/LICENSE"}
    assert set(bundle) == set(program) | {"manifest.json", "pyproject.toml", "README.md", "LICENSE"}
    assert set(program) <= set(sdist)
    for archive in (wheel, bundle, sdist):
        assert {name: archive[name] for name in program} == program
    assert sum(name.endswith(".sql") for name in wheel) == len(
        list((ROOT / "store/migrations").glob("*.sql"))
    )
    assert wheel[f"{NAME}.dist-info/licenses/LICENSE"] == (ROOT / "LICENSE").read_bytes()
    for suffix, most in MOST_KIB.items():
        [file] = folder.glob(f"{NAME}*.{suffix}")
        assert file.stat().st_size < most * 1024
        tell(f"{file.name}: {file.stat().st_size / 1024:.0f} KiB")


def test_the_sdist_builds_the_same_wheel(dist, scratch, tell):
    folder, _ = dist
    with tarfile.open(folder / f"{NAME}.tar.gz") as archive:
        archive.extractall(scratch / "unpacked", filter="data")
    source = scratch / "unpacked" / NAME
    run(sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", scratch / "again", cwd=source)
    wheel = f"{NAME}-py3-none-any.whl"
    assert files_of(scratch / "again" / wheel) == files_of(folder / wheel)
    tell("the sdist builds the same wheel")


async def test_the_wheel_does_the_main_job_from_an_empty_environment_and_directory(dist, scratch, tell):
    folder, _ = dist
    place, empty = scratch / "environment", scratch / "empty"
    empty.mkdir()
    run(sys.executable, "-m", "venv", place, cwd=empty)
    pip = (place / "bin" / "python", "-m", "pip", "--quiet")
    locked = ("--require-hashes", "--no-deps", "-r", ROOT / "requirements.runtime.lock")
    run(*pip, "install", *locked, cwd=empty)
    run(*pip, "install", "--no-deps", "--no-index", folder / f"{NAME}-py3-none-any.whl", cwd=empty)
    run(*pip, "check", cwd=empty)
    chairtime = place / "bin" / "chairtime"
    assert run(chairtime, "--version", cwd=empty) == f"chairtime {__version__}\n"
    place_of = "import server; print(server.__file__)"
    assert run(place / "bin" / "python", "-c", place_of, cwd=empty).startswith(str(place))
    played = run(chairtime, "demo", cwd=empty, HOME=str(empty))
    assert "The practice's own records say what the caller was told." in played
    assert list(empty.iterdir()) == []
    tell(f"the wheel, installed from its lock, plays: {played.strip().splitlines()[-1]}")
    async with (
        open_practice(scratch) as practice,
        on_stdio(chairtime, ["serve"], clean() | practice_settings(practice, "wheel"), empty) as caller,
    ):
        tell(f"the wheel says: {await does_the_main_job(caller, practice)}")


def canonical(name):
    return name.casefold().replace("_", "-").replace(".", "-")


def practice_settings(practice, database):
    """What of the environment makes a server one of this practice; all else is as it comes."""
    return {
        "SIKKA_BASE_URL": practice.sandbox.base_url,
        "SIKKA_APP_ID": practice.world.config.app_id,
        "SIKKA_APP_KEY": practice.world.config.app_key,
        "CHAIRTIME_DATABASE_URL": f"sqlite:///{practice.folder / database}.db",
        "CHAIRTIME_UNREVIEWED": "book",
        "CHAIRTIME_LOG_LEVEL": "WARNING",
    }


async def test_the_bundle_does_the_main_job_as_a_desktop_host_runs_it(dist, tools, scratch, tell):
    folder, mcpb = dist
    bundle, home = scratch / "bundle", scratch / "home"
    home.mkdir()
    run("node", mcpb / "cli/cli.js", "unpack", folder / f"{NAME}.mcpb", bundle, cwd=scratch)
    async with open_practice(scratch) as practice:
        settings = {
            "app_id": practice.world.config.app_id,
            "app_key": practice.world.config.app_key,
            "base_url": practice.sandbox.base_url,
            "unreviewed": "book",
        }
        (scratch / "settings.json").write_text(json.dumps(settings), encoding="utf-8")
        said = run("node", "--input-type=module", "-e", HOST, cwd=scratch, MCPB=str(mcpb / "node.js"))
        config = json.loads(said)
        assert not any("${" in value for value in (*config["args"], *config["env"].values()))
        environment = clean(
            PATH=f"{tools}:{os.environ['PATH']}",
            HOME=str(home),
            UV_CACHE_DIR=os.environ.get("UV_CACHE_DIR", str(Path.home() / ".cache" / "uv")),
            UV_PYTHON_DOWNLOADS="never",
            CHAIRTIME_LOG_LEVEL="WARNING",
            **config["env"],
        )
        run(config["command"], *config["args"][:-1], "--version", cwd=home, **environment)
        tell("the bundle is installed by uv")
        async with on_stdio(config["command"], config["args"], environment, home) as caller:
            listed = [tool.name for tool in (await caller.client.list_tools()).tools]
            assert listed == [spec.name for spec in TOOLSETS["scheduling"]]
            tell(f"the bundle says: {await does_the_main_job(caller, practice)}")
    listing = (
        "from importlib.metadata import distributions as d; print(*(f'{x.name}=={x.version}' for x in d()))"
    )
    installed = {
        canonical(each) for each in run(bundle / ".venv/bin/python", "-c", listing, cwd=home).split()
    }
    locked = (ROOT / "requirements.runtime.lock").read_text(encoding="utf-8").split()
    assert installed - {canonical(each) for each in locked} == {canonical(f"chairtime=={__version__}")}
    assert list(home.rglob("chairtime.sqlite3"))
    assert not list(bundle.rglob("*.sqlite3"))


def test_the_image_and_the_compose_file_pass_their_linters(tools, tell):
    run(tools / "hadolint", "--failure-threshold", "style", "Dockerfile", cwd=ROOT)
    compose = (tools / "check-jsonschema", "--builtin-schema", "vendor.compose-spec", "deploy/compose.yaml")
    run(*compose, cwd=ROOT)
    tell("hadolint passes the Dockerfile, and the compose file is one")


@pytest.fixture(scope="module")
def image(scratch):
    """What the Dockerfile makes, in an empty directory."""
    made = Image(scratch / "image", run)
    made.build()
    return made


def kib(folder):
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file()) // 1024


def seen(folder):
    """Everything below a directory, as it would differ if somebody wrote there."""
    return {
        path: (found.st_mtime_ns, found.st_size, stat.S_IMODE(found.st_mode))
        for path in folder.rglob("*")
        if (found := path.lstat())
    }


async def test_the_image_serves_as_nobody_writes_its_state_only_and_tells_its_health(image, scratch, tell):
    program, state = image.moved("/opt/chairtime"), image.moved("/var/lib/chairtime")
    settings, before, port = image.settings, seen(program), free_port()
    # The image listens to all addresses of its own network; here it is loopback, on a port that is free.
    instead = {"0.0.0.0": "127.0.0.1", "8000": str(port)}
    command = [*image.runs("ENTRYPOINT"), *image.runs("CMD")]
    command = [str(instead.get(part, part)) for part in command]
    health = [part.replace(":8000/", f":{port}/") for part in image.runs("HEALTHCHECK")]
    async with open_practice(scratch) as practice:
        environment = clean(**settings) | practice_settings(practice, "unused")
        environment["CHAIRTIME_DATABASE_URL"] = settings["CHAIRTIME_DATABASE_URL"]
        server = await anyio.open_process([*AS_NOBODY, *command], env=environment, cwd="/", stderr=None)
        try:
            with anyio.fail_after(SLOW_START):
                while (await _ended(AS_NOBODY, health, environment)) != 0:
                    assert server.returncode is None
                    await anyio.sleep(0.2)
            async with (
                httpx2.AsyncClient(trust_env=False) as http,
                Client(f"http://127.0.0.1:{port}/mcp") as client,
            ):
                assert (await http.get(f"http://127.0.0.1:{port}/healthz")).json() == {"healthy": True}
                said = await does_the_main_job(
                    Caller(client, meta={"call_id": "image"}, seconds=10), practice
                )
            server.terminate()
            with anyio.fail_after(10):
                assert await server.wait() == 0
        finally:
            if server.returncode is None:
                server.kill()
            await server.aclose()
        assert (await _ended(AS_NOBODY, health, environment)) != 0
    assert seen(program) == before
    assert sorted(path.name for path in state.iterdir()) == ["chairtime.sqlite3", "chairtime.sqlite3.key"]
    if AS_NOBODY:
        assert {path.stat().st_uid for path in state.iterdir()} == {10001}
    tell(f"the image's steps make {kib(program) // 1024} MiB of program")
    tell(f"the image, as nobody and writing only its state, says: {said}")


async def _ended(before, command, environment):
    done = await anyio.run_process([*before, *command], check=False, env=environment, cwd="/")
    return done.returncode
