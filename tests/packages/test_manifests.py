"""What says of itself what Chairtime is: the bundle's manifest, the registry's entry, and the locks."""

import json
import re
import tomllib
from pathlib import Path

import pytest
from dockerfile_steps import instructions
from jsonschema import Draft7Validator
from pydantic import SecretStr

from server import __version__
from server.settings import Settings, environment_names
from server.tools.toolsets import TOOLSETS

ROOT = Path(__file__).parents[2]
MANIFEST = json.loads((ROOT / "manifest.json").read_text(encoding="utf-8"))
ENTRY = json.loads((ROOT / "server.json").read_text(encoding="utf-8"))
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
SCHEMA = Path(__file__).parent / "registry_schema" / "2025-12-11.server.schema.json"
SECRET = {
    str(field.validation_alias) for field in Settings.model_fields.values() if field.annotation is SecretStr
}
FIELDS = {str(field.validation_alias): field for field in Settings.model_fields.values()}


def filled_in(value):
    """The user setting that stands for a value of the manifest's environment."""
    return MANIFEST["user_config"][value.removeprefix("${user_config.").removesuffix("}")]


BY_NAME = {name: filled_in(value) for name, value in MANIFEST["server"]["mcp_config"]["env"].items()}


def test_every_place_has_the_same_version():
    image = re.search(r"image: chairtime:(\S+)", (ROOT / "deploy/compose.yaml").read_text(encoding="utf-8"))
    assert image is not None
    assert {
        PROJECT["project"]["version"],
        MANIFEST["version"],
        ENTRY["version"],
        *(package["version"] for package in ENTRY["packages"]),
        image[1],
    } == {__version__}


def test_the_bundle_names_the_tools_of_the_default_set_by_their_titles():
    assert MANIFEST["tools"] == [
        {"name": spec.name, "description": spec.title} for spec in TOOLSETS["scheduling"]
    ]


def test_the_bundle_runs_without_what_only_developers_need():
    assert MANIFEST["server"]["type"] == "uv"
    assert MANIFEST["server"]["mcp_config"]["args"][-3:] == ["--no-dev", "chairtime", "serve"]
    assert (ROOT / MANIFEST["server"]["entry_point"]).is_file()
    assert MANIFEST["compatibility"]["runtimes"]["python"] == PROJECT["project"]["requires-python"]


def test_every_user_setting_is_a_setting_of_ours_and_is_used():
    assert set(BY_NAME) <= set(environment_names())
    assert list(BY_NAME.values()) == [
        MANIFEST["user_config"][name]
        for value in MANIFEST["server"]["mcp_config"]["env"].values()
        for name in re.findall(r"user_config\.(\w+)", value)
    ]
    assert len(BY_NAME) == len(MANIFEST["user_config"])


@pytest.mark.parametrize("name", BY_NAME)
def test_a_secret_is_marked_and_nothing_is_required_but_has_a_default_that_changes_nothing(name):
    setting = BY_NAME[name]
    assert setting.get("sensitive", False) is (name in SECRET)
    assert setting["required"] is False  # `chairtime connect` may have stored the pair
    # a host that finds no value leaves the placeholder's text in its place
    given = {True: "true", False: "false"}.get(setting["default"], setting["default"])
    assert Settings.model_validate({name: given}) == Settings()


def test_the_registry_entry_is_one_by_the_registrys_schema():
    schema = json.loads(SCHEMA.read_text(encoding="utf-8"))
    assert ENTRY["$schema"] == schema["$id"]
    assert [error.message for error in Draft7Validator(schema).iter_errors(ENTRY)] == []


@pytest.mark.parametrize(
    ("at", "value"), [("name", "chairtime"), ("description", "x" * 101), ("packages", [{"version": "1"}])]
)
def test_that_schema_refuses_what_is_none(at, value):
    schema = json.loads(SCHEMA.read_text(encoding="utf-8"))
    assert list(Draft7Validator(schema).iter_errors(ENTRY | {at: value}))


def test_the_registry_entry_names_the_package_its_command_and_settings_that_exist():
    [package] = ENTRY["packages"]
    assert (package["registryType"], package["identifier"]) == ("pypi", PROJECT["project"]["name"])
    assert [argument["value"] for argument in package["packageArguments"]] == ["serve"]
    for variable in package["environmentVariables"]:
        assert variable["name"] in environment_names()
        assert variable.get("isSecret", False) is (variable["name"] in SECRET)
        assert not variable.get("isRequired", False)  # `chairtime connect` may have stored the pair
        if "default" in variable:
            default = FIELDS[variable["name"]].default
            assert variable["default"] == ("false" if default is False else default)


def locked(name):
    """package==version (and its marker) -> hashes."""
    text = (ROOT / name).read_text(encoding="utf-8")
    entries = re.split(r"\n(?=[a-z0-9])", text)
    return {entry.split("\\")[0].strip(): frozenset(re.findall(r"sha256:\w{64}", entry)) for entry in entries}


@pytest.mark.parametrize("name", ["requirements.runtime.lock", "requirements.build.lock"])
def test_what_is_released_with_is_what_is_tested_with(name):
    part, whole = locked(name), locked("requirements.lock")
    assert part.items() <= whole.items()
    assert all(part.values())


def test_the_lock_of_the_program_has_all_it_needs_and_none_of_what_tests_need():
    names = {entry.split("==")[0] for entry in locked("requirements.runtime.lock")}
    needed = {re.split(r"[><\[;]", text)[0].casefold() for text in PROJECT["project"]["dependencies"]}
    assert needed <= names
    assert not names & {"pytest", "pyright", "ruff", "hypothesis", "hatchling"}


def test_the_image_is_given_what_its_steps_ask_for_and_runs_as_nobody():
    let_in = (ROOT / ".dockerignore").read_text(encoding="utf-8").splitlines()
    assert let_in[0] == "*"
    copied = {
        name
        for line in instructions()
        if line.startswith("COPY ") and "--from" not in line
        for name in line.split()[1:-1]
    }
    assert copied == {line[1:] for line in let_in if line.startswith("!")}
    assert [line for line in instructions() if line.startswith("USER ")] == ["USER 10001:10001"]


def test_the_example_of_an_environment_names_settings_that_exist():
    text = (ROOT / "deploy/chairtime.env.example").read_text(encoding="utf-8")
    names = [line.partition("=")[0] for line in text.splitlines() if line and not line.startswith("#")]
    assert names
    assert set(names) <= set(environment_names())
