"""The API's own settings, from `DWELLHOUSE_*` environment variables and the project's `.env`."""

import os
from functools import lru_cache
from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field, ValidationError
from pydantic_settings import (
    BaseSettings,
    DotEnvSettingsSource,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
)

from serving.setting_values import Origins, Proxies, RedisUrl, parts_of

PROJECT_ROOT = Path(__file__).resolve().parent.parent
PREFIX = "DWELLHOUSE_"
# Which file of settings is read is no setting, for it cannot stand in that file.
ENV_FILE_NAME = PREFIX + "ENV_FILE"
ENV_FILE = Path(os.environ.get(ENV_FILE_NAME, PROJECT_ROOT / ".env")).absolute()


Host = Annotated[str, Field(min_length=1)]
Port = Annotated[int, Field(ge=1, le=65535)]


class EnvFile(DotEnvSettingsSource):
    """A file of settings; relative paths in it count from the project, wherever a command runs."""

    def __call__(self) -> dict[str, object]:
        """Give the values by the names of their fields."""
        values: dict[str, object] = super().__call__()
        fields = self.settings_cls.model_fields
        paths = {name for name, field in fields.items() if field.annotation in (Path, Path | None)}
        rooted = {name: PROJECT_ROOT / str(values[name]) for name in paths & values.keys()}
        return values | rooted


class ServingSettings(BaseSettings):
    """What an operator can choose of the API."""

    model_config = SettingsConfigDict(
        env_prefix=PREFIX, env_file=ENV_FILE, extra="ignore", frozen=True,
        hide_input_in_errors=True,
    )  # fmt: skip

    home: Path = Field(PROJECT_ROOT / ".dwellhouse", description="State: database, secrets, logs")
    landing: Path = Field(PROJECT_ROOT / "landing", description="The folder that is watched")
    api_host: Host = Field("127.0.0.1", description="Address that the API listens on")
    api_port: Port = Field(8000, description="Port of the API")
    api_pool_size: int = Field(8, ge=1, description="Database connections of one API process")
    api_statement_timeout_seconds: float = Field(
        10.0, gt=0, description="A slower query is given up with 504"
    )
    api_log_level: Literal["debug", "info", "warning", "error", "critical"] = Field(
        "info", description="What the API writes to its log, and everything graver"
    )
    api_access_log: bool = Field(
        default=False, description="Whether the API logs a line for each request"
    )
    api_ready_max_age_hours: float | None = Field(
        None, gt=0, description="/readyz answers 503 once the last data version is older"
    )

    api_requests_per_minute_by_key: int = Field(
        6000, ge=0, description="Requests a minute that one key may make; 0 for any number"
    )
    api_requests_per_minute_by_address: int = Field(
        6000, ge=0, description="Requests a minute from one address but this machine's own"
    )
    api_patience_seconds: float = Field(
        30.0, gt=0, description="A request or client that stands still so long is given up"
    )
    api_max_upload_bytes: int = Field(2 * 1024**3, ge=1, description="A larger upload is refused")
    api_trusted_proxies: Proxies = Field(
        "127.0.0.1", description="Addresses, by comma, whose X-Forwarded-For is believed"
    )
    api_cors_origins: Origins = Field(
        "", description="Origins, by comma, whose pages may ask in a browser; none by default"
    )
    api_cache_bytes: int = Field(
        64 * 1024**2, ge=0, description="Memory for answers that are kept; 0 keeps none"
    )
    redis_url: RedisUrl | None = Field(
        None,
        description="Redis that API processes share answers by (redis://host:6379/0)",
        repr=False,
    )

    @property
    def cors_origins(self) -> frozenset[str]:
        """The origins whose pages may ask."""
        return frozenset(parts_of(self.api_cors_origins))

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Say where values come from; what comes first wins."""
        assert isinstance(dotenv_settings, DotEnvSettingsSource)
        file = EnvFile(settings_cls, dotenv_settings.env_file)
        return init_settings, env_settings, file, file_secret_settings

    def reader_url(self) -> str:
        """Give the URL of the role that reads the marts.

        Raises FileNotFoundError before the first start of the stack.
        """
        return self._url("reader")

    def gatekeeper_url(self) -> str:
        """Give the URL of the role that minds the keys, with the same error."""
        return self._url("gatekeeper")

    def _url(self, role: str) -> str:
        """Read what the stack has written down in the home folder."""
        return (self.home / "secrets" / f"{role}.url").read_text(encoding="utf-8").strip()


def unusable(error: ValidationError, model: type[ServingSettings]) -> str:
    """Say which settings of `model` cannot be used and why; what may be secret is not shown."""
    lines = []
    for item in error.errors():
        message = item["msg"].removeprefix("Value error, ")
        for field in map(str, item["loc"][:1]):  # what several settings get wrong has no place
            value = f" = {item['input']!r}" if model.model_fields[field].repr else ""
            message = f"{PREFIX}{field.upper()}{value}: {message}"
        lines.append(message)
    return "Unusable setting. " + "; ".join(lines)


@lru_cache(maxsize=1)
def current_settings() -> ServingSettings:
    """Give the settings of this process, read at the first call."""
    return ServingSettings()
