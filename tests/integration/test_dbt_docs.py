"""The page of the dbt documentation holds all that it needs."""

import re
from pathlib import Path

from orchestration.lib.building.dbt_build import DbtProject
from orchestration.runtime.warehouse_urls import Warehouse

FROM_ELSEWHERE = re.compile(
    r"""<(?:script|link|img|iframe)[^>]+(?:src|href)=["']?(?:https?:)?//|url\(["']?(?:https?:)?//"""
)


def test_the_page_tells_of_all_and_loads_nothing(
    built_warehouse: Warehouse, dbt_project: DbtProject, tmp_path: Path
) -> None:
    page = dbt_project.write_page(built_warehouse.transformer, {}, tmp_path).read_text("utf-8")
    assert FROM_ELSEWHERE.findall(page) == []
    assert FROM_ELSEWHERE.findall('<script defer src="https://cdn.example/x.js">')
    assert '"send_anonymous_usage_stats": false' in page
    for name in ("model.dwellhouse.fct_sessions", "exposure.dwellhouse.api_kpis"):
        assert name in page
    assert '"type": "double precision", "index"' in page, "no types from the database"
