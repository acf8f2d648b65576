"""All models as one script, which runs in a transaction in milliseconds and is rolled back.

There is one of a full build and one of a partial build.
"""

import csv
import json
import re
from graphlib import TopologicalSorter
from pathlib import Path
from typing import Any

from orchestration.lib.building.dbt_build import PROJECT_FOLDER

DECIDED = """
insert into intermediate.build_attempts (load_ids)
select array(
    select load_id from raw.loads where status = 'loaded'
    except
    select unnest(load_ids) from marts.data_versions
)
on conflict (is_last) do update set load_ids = excluded.load_ids
"""
PUBLISHED = """
insert into marts.data_versions (load_ids, data_clock_at)
select array(select load_id from intermediate.int_loads_pending),
    (select data_clock_at from intermediate.int_data_clock)
"""


def full_build_script(target_path: Path, run_path: Path) -> str:
    """Give the SQL of the last build's models, each as a table, in the order of the graph.

    It runs in any prepared warehouse that has seeds and no models, and publishes a version.
    """
    models = _models(target_path)
    return ";\n".join([*(_as_table(run_path, model) for model in models), PUBLISHED])


def partial_build_steps(target_path: Path, run_path: Path) -> dict[str, str]:
    """Give what the last build, a partial one, has run for each model.

    The first step notes the loads that it adds, the last one publishes them.
    """
    tables = [node for node in _models(target_path) if node["config"]["materialized"] != "view"]
    steps = {model["name"]: _replaced(run_path, model) for model in tables}
    return {"decision": DECIDED, **steps, "publication": PUBLISHED}


def _models(target_path: Path) -> list[dict[str, Any]]:
    manifest = json.loads((target_path / "manifest.json").read_text("utf-8"))
    order = TopologicalSorter(manifest["parent_map"]).static_order()
    return [manifest["nodes"][name] for name in order if name.startswith("model.")]


def empty_seeds() -> str:
    """Give the SQL that creates the seeds without a row."""
    return ";\n".join(map(_empty_seed, sorted((PROJECT_FOLDER / "seeds").glob("*.csv"))))


def _empty_seed(path: Path) -> str:
    with path.open(newline="", encoding="utf-8") as file:
        columns = ", ".join(f"{column} text" for column in next(csv.reader(file)))
    return f"create table seeds.{path.stem} ({columns})"


def _as_table(run_path: Path, node: dict[str, Any]) -> str:
    kind = "view" if node["config"]["materialized"] == "view" else "table"
    if node["config"].get("unlogged"):
        kind = "unlogged table"
    select = _in_any_database(_written(run_path / "compiled", node))
    return f"create {kind} {node['schema']}.{node['name']} as\n{select}"


def _replaced(run_path: Path, node: dict[str, Any]) -> str:
    table = f"{node['schema']}.{node['name']}"
    statement = _in_any_database(_written(run_path / "run", node))
    return f"{statement};\nanalyze {table};\ndrop table if exists {node['name']}__replaced"


def _written(folder: Path, node: dict[str, Any]) -> str:
    path: Path = folder / node["package_name"] / node["original_file_path"]
    return path.read_text("utf-8")


def _in_any_database(statement: str) -> str:
    """Leave out the name of the database that the statement was compiled for."""
    return re.sub(r'"\w+"\.("\w+"\."\w+")', r"\1", statement)
