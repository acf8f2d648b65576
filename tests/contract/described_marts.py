"""The marts as docs/tables.md tells of them, from the descriptions in the dbt project."""

from collections.abc import Iterator
from typing import Any

import yaml

from orchestration.lib.building.dbt_build import PROJECT_FOLDER

ORDER = ("fct_", "dim_", "agg_", "quality_")
GRAINS = ("hourly", "daily", "weekly")

Model = dict[str, Any]


def as_markdown() -> str:
    """Give a part for each mart; one with the columns of the mart before it refers to that."""
    return "\n".join(_parts(sorted(_models(), key=_rank)))


def described_columns(mart: str) -> dict[str, str]:
    """Give what is said of each column of a mart."""
    (model,) = (model for model in _models() if model["name"] == mart)
    return {column["name"]: column["description"] for column in model["columns"]}


def _models() -> Iterator[Model]:
    for path in (PROJECT_FOLDER / "models" / "marts").glob("*.yml"):
        yield from yaml.safe_load(path.read_text("utf-8"))["models"]


def _rank(model: Model) -> tuple[int, str, int]:
    kind = next(number for number, start in enumerate(ORDER) if model["name"].startswith(start))
    family, _, grain = model["name"].rpartition("_")
    if grain in GRAINS:
        return kind, family, GRAINS.index(grain)
    return kind, model["name"], 0


def _parts(models: list[Model]) -> Iterator[str]:
    told: dict[tuple[str, ...], str] = {}
    for model in models:
        yield f"## `{model['name']}`\n\n{_one_line(model['description'])}\n"
        columns = tuple(column["name"] for column in model["columns"])
        if columns in told:
            yield f"Its columns are those of `{told[columns]}`.\n"
            continue
        told[columns] = model["name"]
        yield "| column | type | meaning |\n|---|---|---|"
        for column in model["columns"]:
            meaning = _one_line(column["description"]).replace("|", "\\|")
            yield f"| `{column['name']}` | {column['data_type']} | {meaning} |"
        yield ""


def _one_line(text: str) -> str:
    return " ".join(text.split())
