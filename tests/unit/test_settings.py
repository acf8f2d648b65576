"""A setting that is unknown or unusable is refused at once, in words that tell what to do."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from pydantic import ValidationError

from orchestration.settings import Settings, SettingsError, load_settings
from serving.settings import ENV_FILE_NAME, PREFIX, PROJECT_ROOT, ServingSettings


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder to start from, with an empty file of settings, and no setting elsewhere."""
    for name in [name for name in os.environ if name.startswith(PREFIX)]:
        monkeypatch.delenv(name)
    monkeypatch.chdir(tmp_path)
    (tmp_path / ".env").touch()
    for model in (Settings, ServingSettings):
        monkeypatch.setitem(model.model_config, "env_file", tmp_path / ".env")
    return tmp_path


def test_without_settings_everything_lies_in_the_project() -> None:
    settings = load_settings()
    assert settings.home == PROJECT_ROOT / ".dwellhouse"
    assert settings.landing == PROJECT_ROOT / "landing"
    assert settings == Settings()


def test_the_environment_wins_over_the_file(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (folder / ".env").write_text(
        "# mine\nDWELLHOUSE_WAITING_MINUTES=3\nDWELLHOUSE_DAGSTER_PORT=4000\nOTHER=1\n"
    )
    monkeypatch.setenv("DWELLHOUSE_DAGSTER_PORT", "5000")
    settings = load_settings()
    assert (settings.waiting_minutes, settings.dagster_port) == (3, 5000)


def test_a_line_that_sets_nothing_is_told_by_its_number(folder: Path) -> None:
    (folder / ".env").write_text("# mine\nDWELLHOUSE_API_PORT 4000\nDWELLHOUSE_API_PORT=5000\n")
    with pytest.raises(SettingsError, match=r"^Line 2 of .*\.env is not NAME=value; mend it\.$"):
        load_settings()


@pytest.mark.parametrize(
    "model", ["orchestration.settings.Settings", "serving.settings.ServingSettings"]
)
def test_the_file_is_that_of_the_project_wherever_a_command_runs(folder: Path, model: str) -> None:
    """Home and landing are the project's as well, by default."""
    module, _, name = model.rpartition(".")
    asked = f"from {module} import {name}; print({name}.model_config['env_file'])"
    environment = {"PYTHONPATH": str(PROJECT_ROOT)}
    command = [sys.executable, "-c", asked]
    told = subprocess.check_output(command, cwd=folder, env=environment, text=True)
    assert told.strip() == str(PROJECT_ROOT / ".env")


def test_folders_in_the_file_count_from_the_project(folder: Path) -> None:
    (folder / ".env").write_text("DWELLHOUSE_HOME=state\nDWELLHOUSE_DAGSTER_YAML=/etc/mine.yaml\n")
    settings = load_settings()
    assert settings.home == ServingSettings().home == PROJECT_ROOT / "state"
    assert settings.dagster_yaml == Path("/etc/mine.yaml")


def test_a_named_file_that_is_not_there_is_told(folder: Path) -> None:
    (folder / ".env").unlink()
    told = f"DWELLHOUSE_ENV_FILE = '{folder}/.env': there is no such file; mend or unset it"
    with pytest.raises(SettingsError, match=re.escape(told)):
        load_settings()


def test_a_file_that_is_no_text_is_told(folder: Path) -> None:
    (folder / ".env").write_bytes(b"DWELLHOUSE_HOME=\xff\n")
    with pytest.raises(SettingsError, match=re.escape(f"The settings in {folder}/.env cannot be")):
        load_settings()


def test_relative_folders_are_made_absolute(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Processes of the stack run in another folder than the one it was started in."""
    monkeypatch.setenv("DWELLHOUSE_HOME", "state")
    monkeypatch.setenv("DWELLHOUSE_LANDING", "../in")
    settings = load_settings()
    assert (settings.home, settings.landing) == (folder / "state", folder.parent / "in")


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("DEFAULT_TIMEZONE", "Mars/Olympus"),
        ("DEFAULT_TIMEZONE", ""),
        ("DEFAULT_TIMEZONE", "../../etc/passwd"),
        ("DAGSTER_PORT", "0"),
        ("DAGSTER_PORT", "65536"),
        ("API_PORT", "http"),
        ("MAX_SESSION_HOURS", "0"),
        ("SETTLE_SECONDS", "-1"),
        ("MAX_REJECTED_SHARE", "1.5"),
        ("EARLIEST_EVENT", "yesterday"),
        ("API_LOG_LEVEL", "loud"),
        ("API_HOST", ""),
        ("DAGSTER_HOST", ""),
        ("API_CORS_ORIGINS", "foo"),
        ("API_CORS_ORIGINS", "https://app.example/"),
        ("API_CORS_ORIGINS", "https://App.example"),
        ("API_CORS_ORIGINS", "https://app.example https://other.example"),
        ("API_TRUSTED_PROXIES", "foo"),
        ("API_TRUSTED_PROXIES", "10.0.0.1/8"),
        ("API_TRUSTED_PROXIES", "10.0.0.1, *"),
        ("ROLE_PREFIX", "a b"),
        ("ROLE_PREFIX", "pg_"),
        ("ROLE_PREFIX", "x" * 53),
    ],
)
def test_an_unusable_value_is_told_with_its_name(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str
) -> None:
    monkeypatch.setenv(PREFIX + name, value)
    with pytest.raises(SettingsError, match=re.escape(f"DWELLHOUSE_{name} = '{value}'")):
        load_settings()


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("DATABASE_URL", "mysql://u:secretpw@h/db"),
        ("DATABASE_URL", "secretpw"),
        ("DATABASE_URL", "postgresql:///"),
        ("DATABASE_URL", "postgresql://u:secretpw@h"),
        ("DATABASE_URL", "postgresql://u:secretpw@h:notaport/db"),
        ("DATABASE_URL", "postgresql://u:secretpw/@h/db"),
        ("DATABASE_URL", "postgresql://u:secretpw#@h/db"),
        ("DATABASE_URL", "postgresql://u:secretpw@2@h/db"),
        ("DATABASE_URL", "postgresql://u:secretpw%zz@h/db"),
        ("DATABASE_URL", "postgresql://u:secretpw@h/db?colour=red"),
        ("DATABASE_URL", "postgresql://u:secretpw@[h/db"),
        ("REDIS_URL", "http://:secretpw@h"),
        ("REDIS_URL", "redis://:secretpw@h:notaport"),
        ("REDIS_URL", "redis://:secretpw@h/first"),
        ("REDIS_URL", "unix://"),
    ],
)
def test_what_may_hold_a_password_is_not_shown(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str
) -> None:
    monkeypatch.setenv(PREFIX + name, value)
    with pytest.raises(SettingsError) as told:
        load_settings()
    assert str(told.value).startswith(f"Unusable setting. DWELLHOUSE_{name}: this is no address of")
    assert "; write it like" in str(told.value)
    assert value not in str(told.value)
    with pytest.raises(ValidationError) as raw:
        Settings()
    assert "secretpw" not in str(told.value) + str(raw.value)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("DATABASE_URL", "postgresql://u:p%40ss@db.example:5433/shop?sslmode=require"),
        ("DATABASE_URL", "postgresql://[::1]/shop"),
        ("REDIS_URL", "redis://127.0.0.1"),
        ("REDIS_URL", "rediss://:p@redis.example:6380/2"),
        ("REDIS_URL", "unix:///run/redis.sock"),
        ("API_CORS_ORIGINS", "*"),
        ("API_CORS_ORIGINS", ""),
        ("API_CORS_ORIGINS", "https://a.example, http://localhost:5173,http://[::1]:80"),
        ("API_TRUSTED_PROXIES", "*"),
        ("API_TRUSTED_PROXIES", ""),
        ("API_TRUSTED_PROXIES", "127.0.0.1, 10.0.0.0/8,::1"),
        ("ROLE_PREFIX", ""),
        ("ROLE_PREFIX", "Shop-2_"),
        ("ROLE_PREFIX", "x" * 52),
    ],
)
def test_a_usable_value_is_taken_as_it_is(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str
) -> None:
    monkeypatch.setenv(PREFIX + name, value)
    assert getattr(load_settings(), name.lower()) == value


def test_an_empty_address_is_the_embedded_database(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DWELLHOUSE_DATABASE_URL", "")
    assert load_settings().database_url is None


def test_one_port_for_both_servers_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DWELLHOUSE_DAGSTER_PORT", "8000")
    told = (
        r"setting\. DWELLHOUSE_API_PORT and DWELLHOUSE_DAGSTER_PORT are both 8000; choose another"
    )
    with pytest.raises(SettingsError, match=told):
        load_settings()


def test_the_api_on_its_own_tells_an_unusable_value_as_well(folder: Path) -> None:
    value = {"DWELLHOUSE_REDIS_URL": "http://:secretpw@h", "DWELLHOUSE_API_PORT": "x"}
    ended = subprocess.run(
        [sys.executable, "-m", "serving"], cwd=folder, capture_output=True, text=True, check=False,
        env={"PYTHONPATH": str(PROJECT_ROOT), ENV_FILE_NAME: os.devnull, **value},
    )  # fmt: skip
    assert ended.returncode == 1
    assert ended.stderr.startswith("Unusable setting. DWELLHOUSE_API_PORT = 'x': ")
    assert ended.stderr.count("\n") == 1
    assert "secretpw" not in ended.stderr


def test_several_unusable_values_are_told_together(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DWELLHOUSE_DAGSTER_PORT", "x")
    monkeypatch.setenv("DWELLHOUSE_CHUNK_ROWS", "0")
    with pytest.raises(SettingsError, match=r"DAGSTER_PORT.*CHUNK_ROWS"):
        load_settings()


@pytest.mark.parametrize(
    ("name", "hint"),
    [
        ("DWELLHOUSE_DEFAULT_TIMEZON", "did you mean DWELLHOUSE_DEFAULT_TIMEZONE?"),
        ("DWELLHOUSE_TIMEZONE", "did you mean DWELLHOUSE_DEFAULT_TIMEZONE?"),
        ("DWELLHOUSE_VISIT_GAP", "did you mean DWELLHOUSE_VISIT_GAP_MINUTES?"),
        ("DWELLHOUSE_APIPORT", "did you mean DWELLHOUSE_API_PORT?"),
        ("DWELLHOUSE_XYZZY", "lists them all"),
    ],
)
@pytest.mark.parametrize("in_file", [True, False])
def test_an_unknown_name_suggests_the_nearest(
    folder: Path, monkeypatch: pytest.MonkeyPatch, name: str, hint: str, *, in_file: bool
) -> None:
    if in_file:
        (folder / ".env").write_text(f"{name}=1\n")
    else:
        monkeypatch.setenv(name, "1")
    with pytest.raises(SettingsError) as told:
        load_settings()
    assert str(told.value).startswith(f"{name} is no setting")
    assert hint in str(told.value)
