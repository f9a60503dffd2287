"""Every setting from the environment alone; a wrong one is refused by its name, no secret is shown."""

from pathlib import Path

import pytest

from pixyproxy.core.exceptions import CannotStart
from pixyproxy.settings import Settings, names, unknown_names

from .conftest import pixyproxy, refused

SECRETS = {
    "PIXYPROXY_ADMIN_KEY": "open-sesame",
    "OPENAI_API_KEY": "sk-open-sesame",
    "PIXYPROXY_DATABASE_URL": "mysql://ada:open-sesame@db.example:3306/pixyproxy",
    "OPENAI_BASE_URL": "https://ada:open-sesame@models.example/v1",
    "AWS_ENDPOINT_URL": "https://ada:open-sesame@s3.example",
    "AWS_ACCESS_KEY_ID": "ada",
    "AWS_SECRET_ACCESS_KEY": "open-sesame",
    "AWS_SESSION_TOKEN": "open-sesame",
}
WRONG = [
    ("PIXYPROXY_PORT", "open-sesame", "should be a valid integer"),
    ("PIXYPROXY_PORT", "0", "should be greater than or equal to 1"),
    ("PIXYPROXY_PORT", "65536", "should be less than or equal to 65535"),
    ("PIXYPROXY_WORKERS", "-23", "should be greater than or equal to 1"),
    ("PIXYPROXY_WORKERS", "6500", "should be less than or equal to 64"),
    ("PIXYPROXY_DATABASE_URL", "open-sesame", "must be sqlite:///path or mysql://"),
    ("PIXYPROXY_DATABASE_URL", "postgres://ada:open-sesame@h/db", "must be sqlite:///path or mysql://"),
    ("PIXYPROXY_DATABASE_URL", "mysql://ada:open-sesame@h:port/db", "must be sqlite:///path or mysql://"),
    ("PIXYPROXY_DATABASE_URL", "mysql://ada:open-sesame@h:99999/db", "must be sqlite:///path or mysql://"),
    ("PIXYPROXY_DATABASE_URL", "mysql://ada:open/sesame@h/db", "must be sqlite:///path or mysql://"),
    ("PIXYPROXY_DATABASE_URL", "mysql://ada:open-sesame@h/", "must be sqlite:///path or mysql://"),
    ("PIXYPROXY_IMAGES", "gs://open-sesame/x", "must be a folder"),
    ("PIXYPROXY_IMAGES", "s3:///open-sesame", "must name a bucket"),
    ("PIXYPROXY_IMAGES", "s3://bucket/open?sesame", "must have a prefix of plain letters"),
    ("PIXYPROXY_MODEL_ALIASES", "open-sesame", "must be JSON"),
    ("PIXYPROXY_MODEL_ALIASES", '["open-sesame"]', "should be a valid dictionary"),
    ("PIXYPROXY_MODEL_ALIASES", '{"open-sesame": 1}', "must name a model, or a list of models"),
    ("PIXYPROXY_MODEL_ALIASES", '{"open-sesame": [1]}', "must name a model, or a list of models"),
    ("PIXYPROXY_MODEL_ALIASES", '{"open-sesame": []}', "must name a model, or a list of models"),
    ("PIXYPROXY_MOST_CALLS", "-23", "should be greater than or equal to 1"),
    ("PIXYPROXY_MOST_CALLS", "4001", "should be less than or equal to 4000"),
    ("PIXYPROXY_LEASE_S", "-23", "should be greater than or equal to 3"),
    ("PIXYPROXY_LEASE_S", "3601", "should be less than or equal to 3600"),
    ("PIXYPROXY_TRASH_DAYS", "-23", "should be greater than or equal to 0"),
    ("PIXYPROXY_TRASH_DAYS", "3651", "should be less than or equal to 3650"),
    ("PIXYPROXY_GALLERY", "open-sesame", "should be 'public', 'private' or 'off'"),
    ("PIXYPROXY_SESSION_DAYS", "-23", "should be greater than or equal to 1"),
    ("PIXYPROXY_SESSION_DAYS", "366", "should be less than or equal to 365"),
    ("PIXYPROXY_RESERVE_MB", "-23", "should be greater than or equal to 0"),
    ("PIXYPROXY_PUBLIC_URL", "open-sesame.example", "must be http://host or https://host"),
    ("PIXYPROXY_LOG_LEVEL", "open-sesame", "should be 'DEBUG', 'INFO', 'WARNING' or 'ERROR'"),
    ("PIXYPROXY_LOG_FORMAT", "open-sesame", "should be 'text' or 'json'"),
    ("OPENAI_BASE_URL", "ftp://open-sesame", "must be http://host or https://host"),
]


@pytest.mark.parametrize(("name", "value", "reason"), WRONG)
def test_a_wrong_setting_is_refused_with_its_name_and_without_its_value(
    name: str, value: str, reason: str
) -> None:
    sentence = refused({name: value}, "list")
    assert sentence.startswith(f"{name} is not valid: {reason}")
    assert sentence.count("is not valid") == 1
    assert value not in sentence
    assert "sesame" not in sentence


def test_several_wrong_settings_are_told_together() -> None:
    sentence = refused({"PIXYPROXY_PORT": "0", "PIXYPROXY_LOG_FORMAT": "xml"}, "list")
    assert "PIXYPROXY_PORT is not valid" in sentence
    assert "PIXYPROXY_LOG_FORMAT is not valid" in sentence


@pytest.mark.parametrize(
    ("name", "value"),
    [("PIXYPROXY_DEFAULT_MODEL", "flux"), ("PIXYPROXY_MODEL_ALIASES", '{"*": "flux"}')],
)
def test_a_model_that_no_generator_has_is_refused_at_start(
    on_sqlite: dict[str, str], name: str, value: str
) -> None:
    sentence = refused(on_sqlite | {name: value}, "init")
    assert sentence.startswith(name)
    assert sentence.endswith("names 'flux', but the generators here have: sketch.")


def test_an_empty_variable_counts_as_not_set() -> None:
    assert Settings.from_environment(dict.fromkeys(names(), " ")) == Settings.from_environment({})


def test_what_is_not_told_lies_in_the_data_directory() -> None:
    settings = Settings.from_environment({"PIXYPROXY_DATA_DIR": "/srv/pixy"})
    assert settings.database_url == "sqlite:////srv/pixy/pixyproxy.db"
    assert settings.images == "/srv/pixy/images"
    assert settings.admin_key_file == Path("/srv/pixy/admin.key")


def test_the_command_lists_every_setting_with_its_value_and_meaning() -> None:
    listed = pixyproxy({"PIXYPROXY_PORT": "8123"}, "settings").stdout
    lines = listed.splitlines()
    assert [line.split()[0] for line in lines[::2]] == names()
    assert all(line.startswith(" " * 27) and line.strip() for line in lines[1::2])
    assert "PIXYPROXY_PORT             8123" in lines
    assert "PIXYPROXY_ADMIN_KEY        (not set)" in lines


def test_the_command_shows_that_a_secret_is_set_and_never_what_it_is() -> None:
    listed = pixyproxy(SECRETS, "settings").stdout
    assert "sesame" not in listed
    assert "mysql://ada:***@db.example:3306/pixyproxy" in listed
    assert listed.count("(not set)") == 5  # the region of S3, where the images were, the default model, …


@pytest.mark.parametrize(
    ("given", "shown"),
    [
        ('{"a": "sketch"}', '{"a": "sketch"}'),
        ('{"a": ["sketch"]}', '{"a": "sketch"}'),
        (
            '{"a": ["sketch", "gpt-image-2"], "*": "sketch"}',
            '{"a": ["sketch", "gpt-image-2"], "*": "sketch"}',
        ),
    ],
)
def test_an_alias_is_shown_as_it_can_be_set(given: str, shown: str) -> None:
    listed = pixyproxy({"PIXYPROXY_MODEL_ALIASES": given}, "settings").stdout
    assert f"PIXYPROXY_MODEL_ALIASES    {shown}" in listed.splitlines()
    again = {"PIXYPROXY_MODEL_ALIASES": shown}
    assert Settings.from_environment(again) == Settings.from_environment({"PIXYPROXY_MODEL_ALIASES": given})


@pytest.mark.parametrize("password", ["p@ss", "a:b", "@", "p@s:s@"])
def test_no_part_of_a_password_is_shown_whatever_it_consists_of(password: str) -> None:
    url = f"mysql://ada:{password}@db.example/pixyproxy"
    listed = pixyproxy({"PIXYPROXY_DATABASE_URL": url}, "settings").stdout
    assert "mysql://ada:***@db.example/pixyproxy" in listed


def test_settings_show_no_secret_when_they_are_printed_by_mistake() -> None:
    settings = Settings.from_environment(SECRETS)
    assert "sesame" not in repr(settings) + str(settings)


def test_a_name_that_looks_like_ours_and_is_not_is_warned_of() -> None:
    result = pixyproxy({"PIXYPROXY_PROT": "1", "PIXYPROXY_TEST_X": "1", "OTHER": "1"}, "settings")
    assert result.exit_code == 0
    assert result.stderr == "Warning: PIXYPROXY_PROT is not a setting of PixyProxy.\n"


def test_every_name_of_ours_is_known() -> None:
    assert (
        unknown_names(dict.fromkeys([*names(), "PIXYPROXY_INIT_ADMIN_URL", "PIXYPROXY_TEST_ANY"], "")) == []
    )


def test_nothing_is_read_but_the_environment_given(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PIXYPROXY_PORT", "9999")
    assert Settings.from_environment({}).port == 8000
    with pytest.raises(CannotStart):
        Settings.from_environment({"PIXYPROXY_PORT": "x"})


@pytest.mark.parametrize("name", ["AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"])
def test_half_of_the_credentials_is_refused(name: str) -> None:
    sentence = refused({name: "open-sesame"}, "list")
    assert sentence == (
        "AWS_SECRET_ACCESS_KEY is not valid: must be set together with AWS_ACCESS_KEY_ID, or neither"
    )


@pytest.mark.parametrize(
    "url",
    ["http://[::1", "http://host:port", "http://host:99999", "http://:80", "http://h:0", "http://xn--/猫"],
)
@pytest.mark.parametrize("name", ["AWS_ENDPOINT_URL", "OPENAI_BASE_URL", "PIXYPROXY_PUBLIC_URL"])
def test_a_url_has_a_host_and_a_port_that_is_one(name: str, url: str) -> None:
    assert refused({name: url}, "list").startswith(f"{name} is not valid: must be http://host")
