"""The exposures of the dbt project are the routes of the API, and name all that these read."""

import json
import re
from pathlib import Path
from typing import Any

import pytest

from orchestration.lib.building.dbt_build import DbtProject
from serving.main import create_app
from serving.settings import PROJECT_ROOT, ServingSettings

QUERIES = PROJECT_ROOT / "serving" / "queries"
WITHOUT_MARTS = {"uploads"}
NO_MODELS = {"data_versions", "ledger", "quality_tests"}


@pytest.fixture(scope="module")
def manifest(shared_folder: Path) -> Any:
    return json.loads(DbtProject(shared_folder / "dbt").manifest_path().read_text("utf-8"))


def marts_of(exposure: dict[str, Any]) -> set[str]:
    return {node.rpartition(".")[2] for node in exposure["depends_on"]["nodes"]}


def test_every_route_has_its_exposure(manifest: Any) -> None:
    paths = create_app(ServingSettings()).openapi()["paths"]
    routes = {path.split("/")[2] for path in paths if path.startswith("/v1/")}
    exposed = {exposure["name"] for exposure in manifest["exposures"].values()}
    assert exposed == {f"api_{route}" for route in routes - WITHOUT_MARTS}


def test_exposures_read_marts_that_there_are(manifest: Any) -> None:
    for exposure in manifest["exposures"].values():
        assert exposure["depends_on"]["nodes"]
        for node in exposure["depends_on"]["nodes"]:
            assert manifest["nodes"][node]["schema"] == "marts", exposure["name"]


def test_any_mart_can_be_read(manifest: Any) -> None:
    marts = {node["name"] for node in manifest["nodes"].values()
             if node["resource_type"] == "model" and node["schema"] == "marts"}  # fmt: skip
    assert marts_of(manifest["exposures"]["exposure.dwellhouse.api_marts"]) == marts


def test_what_the_queries_name_is_exposed(manifest: Any) -> None:
    named = {
        name
        for path in QUERIES.iterdir()
        if path.suffix in (".py", ".sql")
        for name in re.findall(r"\b(?:from|join) marts\.(\w+)", path.read_text("utf-8"))
    } - NO_MODELS
    special = [e for e in manifest["exposures"].values() if e["name"] != "api_marts"]
    assert named <= set().union(*map(marts_of, special))
    assert len(named) > 5
