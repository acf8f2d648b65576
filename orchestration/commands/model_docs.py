"""The dbt documentation of the warehouse: one page for a browser."""

import shutil
import tempfile
from pathlib import Path

from orchestration.lib.building.dbt_build import DbtProject
from orchestration.lib.building.dbt_models import variables_of
from orchestration.runtime.warehouse import open_warehouse
from orchestration.settings import Settings


def written_page(settings: Settings, folder: Path) -> Path:
    """Write `index.html` into a folder, which is made; raises DbtError if dbt cannot.

    Starts the embedded server if it does not run, for types and sizes of the tables.
    """
    with open_warehouse(settings) as warehouse, tempfile.TemporaryDirectory() as scratch:
        project = DbtProject(settings.home / "dbt")
        page = project.write_page(warehouse.transformer, variables_of(settings), Path(scratch))
        folder.mkdir(parents=True, exist_ok=True)
        return Path(shutil.copy(page, folder / "index.html"))
