from pixyproxy.settings import Settings

from .reading import in_code, table_rows, text_of

ROWS = {
    in_code(name)[0]: (default, meaning) for name, default, meaning in table_rows("docs/settings.md", "name")
}
BY_NAME = {field.alias or name: name for name, field in Settings.model_fields.items()}
# What settings.py leaves to others, in the words of the page.
NOT_A_VALUE = {
    "PIXYPROXY_IMAGES_BEFORE": "none",
    "PIXYPROXY_ADMIN_KEY": "made at the first start",
    "PIXYPROXY_DEFAULT_MODEL": "the first model of the first generator",
    "PIXYPROXY_PUBLIC_URL": "taken from the request",
    "PIXYPROXY_RESERVE_MB": "5 % of the disk, at least 2048",
    "OPENAI_API_KEY": "none",
    "OPENAI_BASE_URL": "OpenAI's own",
    "AWS_ENDPOINT_URL": "Amazon's",
    "AWS_REGION": "`AWS_DEFAULT_REGION`, else `us-east-1`",
    "AWS_ACCESS_KEY_ID": "the role of the machine",
    "AWS_SECRET_ACCESS_KEY": "none",
    "AWS_SESSION_TOKEN": "none",
}


def test_the_page_names_every_setting_and_no_other_in_their_order() -> None:
    assert list(ROWS) == list(BY_NAME)


def test_every_default_is_the_true_one() -> None:
    settings = Settings.from_environment({"PIXYPROXY_DATA_DIR": "<data dir>"})
    defaults = Settings.from_environment({})
    for name, (default, _) in ROWS.items():
        value = getattr(defaults, BY_NAME[name])
        if value is None:
            assert default == NOT_A_VALUE[name]
        elif name == "PIXYPROXY_DATA_DIR":
            assert default == f"`./{value}`"
        else:
            assert default == f"`{getattr(settings, BY_NAME[name])}`"


def test_every_setting_is_explained() -> None:
    assert all(meaning for _, meaning in ROWS.values())
    assert "PIXYPROXY_INIT_ADMIN_URL" in text_of("docs/settings.md")
