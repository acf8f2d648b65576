"""The environment of Dwellhouse's processes: made once by whoever starts them, from the settings.

`dwellhouse up`, `dwellhouse load` and a container all start processes with this environment; what a
process needs beyond it, it reads from the home folder.
"""

import os
import shutil
from collections.abc import Mapping
from pathlib import Path

from orchestration.lib.chosen_folder import HOME, usable
from orchestration.runtime.warehouse_urls import Warehouse
from orchestration.runtime.worker_claim import RUN_WORKERS
from orchestration.settings import Settings, SettingsError, env_file
from serving.settings import ENV_FILE_NAME, PREFIX, PROJECT_ROOT

# Who asks the API must not reach more by way of it than its own roles see.
WITHHELD_FROM_API = frozenset({PREFIX + "DATABASE_URL", "DAGSTER_STORAGE_URL"})
DAGSTER_YAML = Path(__file__).parent / "dagster.yaml"


def prepare_dagster_home(settings: Settings) -> Path:
    """Put the chosen `dagster.yaml` where Dagster looks for it; gives that folder.

    Raises SettingsError if there is none, FolderError if it cannot be put there.
    """
    folder = settings.home / "dagster"
    with usable(settings.home, HOME):
        for needed in (folder, settings.home / "logs" / "runs"):
            needed.mkdir(parents=True, exist_ok=True)
    chosen = settings.dagster_yaml or DAGSTER_YAML
    if not chosen.is_file():
        message = f"{PREFIX}DAGSTER_YAML = {str(chosen)!r}: there is no such file"
        raise SettingsError(message)
    shutil.copyfile(chosen, folder / "dagster.yaml")
    return folder


def has_warm_runs(settings: Settings) -> bool:
    """Tell whether the chosen `dagster.yaml` has runs executed by the run server."""
    import yaml  # by who starts a stack only

    chosen = yaml.safe_load((settings.dagster_yaml or DAGSTER_YAML).read_text(encoding="utf-8"))
    return bool(chosen.get("run_launcher", {}).get("class") == "WarmRunLauncher")


def stack_environment(settings: Settings, warehouse: Warehouse) -> dict[str, str]:
    """Give the environment of the stack; see `environment_of` for what a process gets of it."""
    return environment_without_database(settings) | {"DAGSTER_STORAGE_URL": warehouse.dagster}


def environment_without_database(settings: Settings) -> dict[str, str]:
    """Give of it what is known before there is a database."""
    chosen = settings.model_dump()
    return {
        **os.environ,
        **{
            PREFIX + name.upper(): str(value) for name, value in chosen.items() if value is not None
        },
        ENV_FILE_NAME: str(env_file()),  # it may have been named from where nobody else works
        "DAGSTER_HOME": str(settings.home / "dagster"),
        "DAGSTER_RUN_WORKERS": str(settings.home / RUN_WORKERS),
        "DAGSTER_COMPUTE_LOGS": str(settings.home / "logs" / "runs"),
        "DAGSTER_DISABLE_TELEMETRY": "1",
        "DAGSTER_EVENT_BATCH_SIZE": "1000",  # all that a run plans, at once
        "DBT_SEND_ANONYMOUS_USAGE_STATS": "false",
        "GX_ANALYTICS_ENABLED": "false",
        "PYTHONPATH": str(PROJECT_ROOT),
        "PYTHONUNBUFFERED": "1",
    }


def environment_of(process: str, environment: Mapping[str, str]) -> dict[str, str]:
    """Give of the stack's environment what the process of that name may know."""
    withheld = WITHHELD_FROM_API if process == "api" else frozenset()
    return {name: value for name, value in environment.items() if name not in withheld}
