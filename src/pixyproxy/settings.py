"""Every setting, from the environment alone. A wrong one is refused at start, by its name."""

import json
import re
from collections.abc import Mapping
from contextlib import suppress
from datetime import timedelta
from ipaddress import ip_address
from pathlib import Path
from typing import Annotated, Any, Literal, Self
from urllib.parse import unquote, urlsplit

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    SecretStr,
    ValidationError,
    ValidationInfo,
)
from pydantic_core import Url

from pixyproxy.core.exceptions import CannotStart
from pixyproxy.data.s3.location import S3Location, S3Options


def _from_json(value: object) -> object:
    try:
        return json.loads(value) if isinstance(value, str) else value
    except ValueError:
        raise ValueError('must be JSON, for example {"gpt-image-1": "gpt-image-2"}') from None


def _aliases(value: object) -> object:
    """One model, or several that are asked in turn."""
    given = _from_json(value)
    if not isinstance(given, dict):
        return given
    named = {name: (models,) if isinstance(models, str) else models for name, models in given.items()}
    if not all(_are_names(models) for models in named.values()):
        raise ValueError("must name a model, or a list of models, for each other name")
    return named


def _are_names(models: object) -> bool:
    return isinstance(models, list | tuple) and bool(models) and all(isinstance(each, str) for each in models)


def _images(location: str) -> str:
    if location.startswith("s3://"):
        S3Location.parse(location)
    elif "://" in location:
        raise ValueError("must be a folder, or s3://bucket/prefix")
    return location


def _database_url(url: str) -> str:
    try:
        port_is_right = urlsplit(url).port != 0
    except ValueError:
        port_is_right = False
    if not port_is_right or not re.fullmatch(r"sqlite:///.+|mysql://[^/]+/\w+", url):
        raise ValueError(
            "must be sqlite:///path or mysql://user:password@host:3306/database, special characters as %40"
        )
    return url


def _http_url(url: str) -> str:
    if not re.fullmatch(r"https?://[^\s?#]+", url) or not _has_host(url):
        raise ValueError("must be http://host or https://host, without ? and #")
    return url


def _has_host(url: str) -> bool:
    try:
        parts = urlsplit(url)
        return bool(parts.hostname) and parts.port != 0 and Url(url).host is not None
    except ValueError:  # a port that is no number, a bracket that is not closed, no name of a host
        return False


def _goes_with_its_id(secret: SecretStr | None, given: ValidationInfo) -> SecretStr | None:
    if (secret is None) != (given.data.get("aws_access_key_id") is None):
        raise ValueError("must be set together with AWS_ACCESS_KEY_ID, or neither")
    return secret


Models = Annotated[tuple[str, ...], Field(min_length=1)]


class Settings(BaseModel):
    """The field's alias is the variable's name; its description is what `pixyproxy settings` prints."""

    model_config = ConfigDict(frozen=True, populate_by_name=True, str_strip_whitespace=True)

    host: str = Field("127.0.0.1", alias="PIXYPROXY_HOST", description="the address to listen on")
    port: Annotated[int, Field(ge=1, le=65535)] = Field(
        8000, alias="PIXYPROXY_PORT", description="the port to listen on"
    )
    workers: Annotated[int, Field(ge=1, le=64)] = Field(
        1, alias="PIXYPROXY_WORKERS", description="processes that answer requests"
    )
    data_dir: Path = Field(
        Path("pixyproxy-data"),
        alias="PIXYPROXY_DATA_DIR",
        description="the folder for everything that has no other place",
    )
    database_url: Annotated[str, AfterValidator(_database_url)] = Field(
        default_factory=lambda data: f"sqlite:///{str(data['data_dir']).replace('%', '%25')}/pixyproxy.db",
        alias="PIXYPROXY_DATABASE_URL",
        description="sqlite:///path, or mysql://user:password@host:3306/pixyproxy",
        validate_default=False,
        repr=False,  # a password may be in it
    )
    images: Annotated[str, AfterValidator(_images)] = Field(
        default_factory=lambda data: f"{data['data_dir']}/images",
        alias="PIXYPROXY_IMAGES",
        description="where the pictures lie: a folder, or s3://bucket/prefix",
    )
    images_before: Annotated[str, AfterValidator(_images)] | None = Field(
        None,
        alias="PIXYPROXY_IMAGES_BEFORE",
        description="while they are moved: where the pictures were, and are looked for still",
    )
    admin_key: SecretStr | None = Field(
        None,
        alias="PIXYPROXY_ADMIN_KEY",
        min_length=1,
        description="the administrator's key, any text; without it the first start makes one",
    )
    default_model: str | None = Field(
        None,
        alias="PIXYPROXY_DEFAULT_MODEL",
        description="the model when none is asked for; else the first of the first generator",
    )
    model_aliases: Annotated[dict[str, Models], BeforeValidator(_aliases)] = Field(
        {},
        alias="PIXYPROXY_MODEL_ALIASES",
        description='other names for models, JSON; a list is asked in turn, "*" catches every unknown one',
    )
    most_calls: Annotated[int, Field(ge=1, le=4000)] = Field(
        1000,
        alias="PIXYPROXY_MOST_CALLS",
        description="calls to generators at once, for each worker; what is beyond is queued",
    )
    lease_s: Annotated[int, Field(ge=3, le=3600)] = Field(
        30,
        alias="PIXYPROXY_LEASE_S",
        description="seconds without a sign of life after which a worker's images are taken over",
    )
    reserve_mb: Annotated[int, Field(ge=0)] | None = Field(
        None,
        alias="PIXYPROXY_RESERVE_MB",
        description="disk space kept free for answers already paid for; else 5 %, and at least 2048",
    )
    trash_days: Annotated[int, Field(ge=0, le=3650)] = Field(
        30,
        alias="PIXYPROXY_TRASH_DAYS",
        description="days for which a deleted image can be restored; 0: none, it is removed at once",
    )
    variants_mb: Annotated[int, Field(ge=0)] = Field(
        1024,
        alias="PIXYPROXY_VARIANTS_MB",
        description="disk for copies of pictures in other sizes and formats; 0: none is kept",
    )
    redirect_s: Annotated[int, Field(ge=0, le=300)] = Field(
        0,
        alias="PIXYPROXY_REDIRECT_S",
        description="for how long S3 itself may send a picture, by a redirect; 0: the service sends it",
    )
    gallery: Literal["public", "private", "off"] = Field(
        "public",
        alias="PIXYPROXY_GALLERY",
        description="the page at /: public images for anybody, private: after signing in, off: no page",
    )
    session_days: Annotated[int, Field(ge=1, le=365)] = Field(
        14, alias="PIXYPROXY_SESSION_DAYS", description="days for which a browser stays signed in"
    )
    public_url: Annotated[str, AfterValidator(_http_url)] | None = Field(
        None,
        alias="PIXYPROXY_PUBLIC_URL",
        description="how callers reach the service; else taken from the request",
    )
    log_level: Annotated[Literal["DEBUG", "INFO", "WARNING", "ERROR"], BeforeValidator(str.upper)] = Field(
        "INFO", alias="PIXYPROXY_LOG_LEVEL", description="DEBUG, INFO, WARNING or ERROR"
    )
    log_format: Literal["text", "json"] = Field(
        "text", alias="PIXYPROXY_LOG_FORMAT", description="text or json"
    )
    openai_api_key: SecretStr | None = Field(
        None, alias="OPENAI_API_KEY", description="with it, the openai generator is on"
    )
    openai_base_url: Annotated[str, AfterValidator(_http_url)] | None = Field(
        None,
        alias="OPENAI_BASE_URL",
        description="another place that speaks OpenAI's API",
        repr=False,  # so may one here
    )
    aws_endpoint_url: Annotated[str, AfterValidator(_http_url)] | None = Field(
        None, alias="AWS_ENDPOINT_URL", description="another place that speaks S3's API", repr=False
    )
    aws_region: str | None = Field(
        None, alias="AWS_REGION", description="the bucket's region; else AWS_DEFAULT_REGION, else us-east-1"
    )
    aws_access_key_id: str | None = Field(
        None,
        alias="AWS_ACCESS_KEY_ID",
        description="who asks S3; without it, the role of the machine or the container",
    )
    aws_secret_access_key: Annotated[SecretStr | None, AfterValidator(_goes_with_its_id)] = Field(
        None, alias="AWS_SECRET_ACCESS_KEY", description="the secret of that", validate_default=True
    )
    aws_session_token: SecretStr | None = Field(
        None, alias="AWS_SESSION_TOKEN", description="with credentials that are for a time only"
    )

    @classmethod
    def from_environment(cls, environment: Mapping[str, str]) -> Self:
        given = {name: environment[name] for name in names() if environment.get(name, "").strip()}
        try:
            return cls.model_validate(given)
        except ValidationError as error:
            raise CannotStart(_what_is_wrong(error)) from None

    def described(self) -> list[tuple[str, str, str]]:
        """Name, value and meaning of every setting; a secret shows only that it is set."""
        return [
            (field.alias or name, _shown(getattr(self, name)), field.description or "")
            for name, field in type(self).model_fields.items()
        ]

    @property
    def admin_key_file(self) -> Path:
        """Where the first start keeps the key it made."""
        return self.data_dir / "admin.key"

    @property
    def address(self) -> str:
        """Where a browser finds the service, on this machine if nothing else is set."""
        return (self.public_url or f"http://{_reachable(self.host)}:{self.port}").rstrip("/")

    @property
    def spool(self) -> Path:
        """Where answers that are paid for wait until their image is safe."""
        return self.data_dir / "spool"

    @property
    def moves(self) -> Path:
        """How far moves of the images have come."""
        return self.data_dir / "moves"

    @property
    def variants(self) -> Path:
        """The cache of what can be made again."""
        return self.data_dir / "variants"

    @property
    def images_folder(self) -> Path | None:
        """Where the pictures lie, when it is not S3."""
        return None if self.images.startswith("s3://") else Path(self.images)

    @property
    def s3(self) -> S3Options:
        """How S3 is reached, when they lie there."""
        secret, token = self.aws_secret_access_key, self.aws_session_token
        return S3Options(
            endpoint=self.aws_endpoint_url,
            region=self.aws_region,
            access_key_id=self.aws_access_key_id,
            secret_access_key=secret.get_secret_value() if secret else None,
            session_token=token.get_secret_value() if token else None,
        )

    @property
    def trash_kept_for(self) -> timedelta:
        return timedelta(days=self.trash_days)

    @property
    def session_lasts(self) -> timedelta:
        return timedelta(days=self.session_days)

    @property
    def sqlite_file(self) -> Path | None:
        """Where the database lies, when it is SQLite."""
        kind, _, path = self.database_url.partition(":///")
        return Path(unquote(path)) if kind == "sqlite" else None


def names() -> list[str]:
    return [field.alias or name for name, field in Settings.model_fields.items()]


def unknown_names(environment: Mapping[str, str]) -> list[str]:
    """Variables that look like ours and are not: mostly typing errors."""
    ours = {*names(), "PIXYPROXY_INIT_ADMIN_URL"}
    return sorted(
        name
        for name in environment
        if name.startswith("PIXYPROXY_") and not name.startswith("PIXYPROXY_TEST_") and name not in ours
    )


def _reachable(host: str) -> str:
    with suppress(ValueError):  # a name
        if ip_address(host).is_unspecified:
            return "127.0.0.1"
    return f"[{host}]" if ":" in host else host


def _shown(value: object) -> str:
    if value is None:
        return "(not set)"
    if isinstance(value, dict):
        value = {name: models[0] if len(models) == 1 else models for name, models in value.items()}
        return json.dumps(value, ensure_ascii=False)
    return re.sub(r"(?<=://)([^:/@]*):[^/]*@", r"\1:***@", str(value))


def _what_is_wrong(error: ValidationError) -> str:
    """Never the value: it may be a secret."""
    found: list[dict[str, Any]] = [
        dict(each) for each in error.errors(include_url=False, include_input=False)
    ]
    return "; ".join(
        f"{_alias(str(each['loc'][0]))} is not valid: {_in_words(str(each['msg']))}"
        for each in found
        if each["type"] != "default_factory_not_called"  # only says that another one is wrong
    )


def _alias(name: str) -> str:
    """A default that is not valid goes by the name of its field."""
    field = Settings.model_fields.get(name)
    return (field and field.alias) or name


def _in_words(message: str) -> str:
    return message.removeprefix("Value error, ").removeprefix("Input ")
