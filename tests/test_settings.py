"""Settings: what they read, what they refuse, and that each is documented."""

from pathlib import Path

import pytest
from pydantic import SecretStr, ValidationError

from server.settings import Settings, environment_names

README = (Path(__file__).parent.parent / "README.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("name", environment_names())
def test_every_setting_stands_in_the_readme_with_its_description_and_default(name):
    row = next((line for line in README.splitlines() if line.startswith(f"| `{name}` |")), "")
    assert environment_names()[name] in row


def test_the_readme_names_no_setting_that_does_not_exist():
    rows = [line.split("`")[1] for line in README.splitlines() if line.startswith("| `")]
    assert {row for row in rows if row.startswith(("CHAIRTIME_", "SIKKA_"))} == set(environment_names())


def test_plain_http_is_taken_on_loopback_only():
    assert Settings(sikka_base_url="http://127.0.0.1:8901/v4").sikka_base_url.startswith("http:")
    with pytest.raises(ValidationError, match="https"):
        Settings(sikka_base_url="http://api.example.org/v4")


@pytest.mark.parametrize(
    "given",
    [
        {"issuer": "https://issuer.example.org"},
        {"jwks_url": "https://issuer.example.org/keys", "public_url": "https://voice.example.org"},
        {
            "issuer": "https://issuer.example.org",
            "jwks_url": "http://issuer.example.org/keys",
            "public_url": "https://voice.example.org",
        },
    ],
)
def test_an_issuer_is_taken_whole_and_over_https_only(given):
    with pytest.raises(ValidationError, match="CHAIRTIME_ISSUER"):
        Settings(**given)


def test_a_wrong_setting_is_named_without_its_value(monkeypatch):
    monkeypatch.setenv("CHAIRTIME_POLL_SECONDS", "sometimes-secret")
    with pytest.raises(ValidationError) as refused:
        Settings()
    assert "CHAIRTIME_POLL_SECONDS" in str(refused.value)
    assert "sometimes-secret" not in str(refused.value)


def test_offices_are_read_from_a_comma_list():
    chosen = Settings(office=" D10001 , D20002/1-1,").chosen_offices
    assert chosen == (("D10001", ""), ("D20002", "1-1"))


def test_secrets_do_not_show_in_the_settings_text():
    settings = Settings(sikka_app_key=SecretStr("hush-hush-hush"), key=SecretStr("c2VhbGVk"))
    assert "hush" not in repr(settings)
    assert "c2VhbGVk" not in repr(settings)
