"""Every setting, read once from `DWELLHOUSE_*` environment variables and the project's `.env`."""

import difflib
import os
from collections.abc import Iterable, Iterator
from datetime import date
from functools import lru_cache
from pathlib import Path

from dotenv.parser import Binding, parse_stream
from pydantic import Field, ValidationError, model_validator

from orchestration.lib.foreseen_error import ForeseenError
from orchestration.lib.setting_values import DatabaseUrl, RolePrefix
from orchestration.lib.timezone_names import Timezone
from serving.settings import (
    ENV_FILE_NAME,
    PREFIX,
    PROJECT_ROOT,
    Host,
    Port,
    ServingSettings,
    unusable,
)


class SettingsError(ForeseenError):
    """A setting is unknown or has an unusable value; the text says which and what to do."""


class Settings(ServingSettings):
    """What an operator can choose; the description of each field is its documentation."""

    database_url: DatabaseUrl | None = Field(
        None, description="Postgres 15 or newer to use in place of the embedded one", repr=False
    )
    role_prefix: RolePrefix | None = Field(
        None, description="Prefix of the database roles; of an outside database, its name and _"
    )
    dagster_host: Host = Field("127.0.0.1", description="Address that Dagster's UI listens on")
    dagster_port: Port = Field(3000, description="Port of Dagster's UI")
    dagster_yaml: Path | None = Field(
        None, description="A dagster.yaml to use in place of the shipped one"
    )
    audit_days: int = Field(
        365, ge=1, description="Days after which the record of API requests is forgotten"
    )

    raw_retention_days: int | None = Field(
        None, ge=1, description="Days of raw rows to keep, in whole months; unset, all of them"
    )
    run_retention_days: int = Field(
        30, ge=0, le=36_500, description="Days that Dagster keeps a run after its end; 0, for ever"
    )

    default_timezone: Timezone = Field("UTC", description="Zone of timestamps without an offset")
    max_session_hours: int = Field(24, ge=1, description="A longer stay is timed out")
    visit_gap_minutes: int = Field(180, ge=1, description="A longer gap starts a new visit")
    waiting_minutes: int = Field(10, ge=0, description="A longer stay counts as waiting")
    future_tolerance_hours: int = Field(24, ge=0, description="How far ahead an event may lie")
    earliest_event: date = Field(date(2000, 1, 1), description="Older events are rejected")

    settle_seconds: float = Field(1.0, ge=0, description="How long a file must stay unchanged")
    closed_settle_seconds: float = Field(
        0.2, ge=0, description="The same, once the system says that nobody has it open to write"
    )
    max_concurrent_runs: int = Field(2, ge=1, description="Most runs at the same time")
    batch_max_files: int = Field(500, ge=1, description="Most files in one run")
    batch_max_bytes: int = Field(2 * 1024**3, ge=1, description="Most bytes in one run")
    chunk_rows: int = Field(200_000, ge=1, description="Rows validated and copied at a time")
    max_file_bytes: int = Field(20 * 1024**3, ge=1, description="A larger file is quarantined")
    max_file_rows: int = Field(10**9, ge=1, description="A file with more rows is quarantined")
    max_columns: int = Field(256, ge=4, description="A file with more columns is quarantined")
    max_field_length: int = Field(
        10_000, ge=1, le=1_000_000, description="A row with a longer field is rejected"
    )
    max_rejected_share: float = Field(
        0.5, ge=0, le=1, description="A file with a larger share of bad rows is quarantined"
    )
    max_attempts: int = Field(3, ge=1, description="A file that fails so often is quarantined")
    stalled_seconds: float = Field(
        120.0, gt=0, description="After how long without a sign of life a load may be taken over"
    )

    @model_validator(mode="after")
    def _ports_differ(self) -> "Settings":
        if self.api_port == self.dagster_port:
            message = (
                f"{PREFIX}API_PORT and {PREFIX}DAGSTER_PORT are both {self.api_port}; "
                "choose another for one of them"
            )
            raise ValueError(message)
        return self


def _reject_unknown(names: set[str]) -> None:
    known = {field.upper() for field in Settings.model_fields}
    # Without the prefix, which would make any two names look alike.
    for name in sorted(names - {PREFIX + field for field in known}):
        nearest = difflib.get_close_matches(name.removeprefix(PREFIX), known, n=1)
        suggested = f"did you mean {PREFIX}{nearest[0]}?" if nearest else ""
        hint = f"; {suggested or '.env.example lists them all'}"
        message = f"{name} is no setting of Dwellhouse{hint}"
        raise SettingsError(message)


def _names_in_file() -> set[str]:
    """Give the names in the file of settings, which need not be there unless somebody names it."""
    file = env_file()
    try:
        if file != PROJECT_ROOT / ".env" and (file.is_dir() or not file.exists()):
            message = f"{ENV_FILE_NAME} = {str(file)!r}: there is no such file; mend or unset it"
            raise SettingsError(message)
        if not file.exists():
            return set()
        with file.open(encoding="utf-8") as lines:
            return set(_names(file, parse_stream(lines)))
    except (OSError, UnicodeDecodeError) as error:
        message = (
            f"The settings in {file} cannot be read: {error}. Mend the file or its permissions."
        )
        raise SettingsError(message) from error


def _names(file: Path, lines: Iterable[Binding]) -> Iterator[str]:
    for line in lines:
        if line.error:  # without the line itself, which may hold a password
            message = f"Line {line.original.line} of {file} is not NAME=value; mend it."
            raise SettingsError(message)
        if line.key and line.key.startswith(PREFIX):
            yield line.key


def env_file() -> Path:
    """Give the file that settings are read from beside the environment."""
    return Path(str(Settings.model_config["env_file"]))


def load_settings() -> Settings:
    """Read and check all settings; raises SettingsError with a sentence for the operator."""
    in_environment = {name for name in os.environ if name.startswith(PREFIX)}
    _reject_unknown(_names_in_file() | (in_environment - {ENV_FILE_NAME}))
    try:
        settings = Settings()
    except ValidationError as error:
        raise SettingsError(unusable(error, Settings)) from error
    return settings.model_copy(
        update={"home": settings.home.resolve(), "landing": settings.landing.resolve()}
    )


@lru_cache(maxsize=1)
def current_settings() -> Settings:
    """Give the settings of this process, read at the first call."""
    return load_settings()
