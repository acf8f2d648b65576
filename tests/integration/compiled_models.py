"""All models as one script, which runs in a transaction in milliseconds and is rolled back."""

import csv
import json
import re
from graphlib import TopologicalSorter
from pathlib import Path

from orchestration.lib.dbt_build import PROJECT_FOLDER


def models_script(target_path: Path, run_path: Path) -> str:
    """Give the SQL of the last build's models, each as a table, in the order of the graph.

    It runs in any prepared warehouse that has seeds and no models.
    """
    manifest = json.loads((target_path / "manifest.json").read_text("utf-8"))
    order = TopologicalSorter(manifest["parent_map"]).static_order()
    models = [manifest["nodes"][name] for name in order if name.startswith("model.")]
    return ";\n".join(_as_table(run_path, model) for model in models)


def empty_seeds() -> str:
    """Give the SQL that creates the seeds without a row."""
    return ";\n".join(map(_empty_seed, sorted((PROJECT_FOLDER / "seeds").glob("*.csv"))))


def _empty_seed(path: Path) -> str:
    with path.open(newline="", encoding="utf-8") as file:
        columns = ", ".join(f"{column} text" for column in next(csv.reader(file)))
    return f"create table seeds.{path.stem} ({columns})"


def _as_table(run_path: Path, node: dict[str, str]) -> str:
    folder = run_path / "compiled" / node["package_name"]
    compiled = (folder / node["original_file_path"]).read_text("utf-8")
    # Compiled SQL names the database that it was compiled for; the script runs in any.
    select = re.sub(r'"\w+"\.("\w+"\."\w+")', r"\1", compiled)
    return f"create table {node['schema']}.{node['name']} as\n{select}"
