"""Dagster's home: the chosen `dagster.yaml`, or a sentence where there is none."""

from pathlib import Path

import pytest

from orchestration.runtime.environment import (
    DAGSTER_YAML,
    prepare_dagster_home,
    stack_environment,
)
from orchestration.runtime.warehouse import ROLES, Warehouse
from orchestration.settings import ENV_FILE_NAME, Settings, SettingsError


def test_the_shipped_or_the_chosen_file_is_put_where_dagster_looks(tmp_path: Path) -> None:
    folder = prepare_dagster_home(Settings(home=tmp_path, dagster_yaml=None))
    assert (folder / "dagster.yaml").read_text() == DAGSTER_YAML.read_text()
    chosen = tmp_path / "mine.yaml"
    chosen.write_text("telemetry: {enabled: false}\n")
    prepare_dagster_home(Settings(home=tmp_path, dagster_yaml=chosen))
    assert (folder / "dagster.yaml").read_text() == chosen.read_text()


def test_a_chosen_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    told = r"DWELLHOUSE_DAGSTER_YAML = '.*none\.yaml': there is no such file"
    with pytest.raises(SettingsError, match=told):
        prepare_dagster_home(Settings(home=tmp_path, dagster_yaml=tmp_path / "none.yaml"))


def test_processes_read_the_same_file_of_settings_from_their_own_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(Settings.model_config, "env_file", tmp_path / "mine.env")
    urls = Warehouse(**{str(role): role for role in ROLES})
    passed_on = stack_environment(Settings(home=tmp_path), urls)
    assert passed_on[ENV_FILE_NAME] == str(tmp_path / "mine.env")
