"""The quality of the data through the API: pairing by camera, rejects by load."""

from collections import Counter
from datetime import date
from typing import Any

import pytest

from tests.integration.api_client import Api
from tests.integration.api_events import MARTS, ROWS, ZONES
from tests.reference.zones import local_date

pytest_plugins = ["tests.integration.api_warehouse"]
pytestmark = pytest.mark.xdist_group("api")

COUNTS = [
    "entries", "exits", "closed", "missing_exits", "timed_out", "orphan_exits", "duplicate_rows",
]  # fmt: skip
SITES = {camera.camera_id: camera.site_id for camera in MARTS["dim_cameras"]}


def expected(cameras: set[str], first: date = date.min, end: date = date.max) -> dict[str, Any]:
    counts: Counter[str] = Counter(dict.fromkeys(COUNTS, 0))
    for day in MARTS["quality_cameras_daily"]:
        local = local_date(day.bucket_start, ZONES[SITES[day.camera_id]])
        if day.camera_id in cameras and first <= local < end:
            counts.update({name: getattr(day, name) for name in COUNTS})
    rate = counts["closed"] / counts["entries"] if counts["entries"] else None
    return {**counts, "pairing_rate": rate}


@pytest.mark.parametrize(
    ("query", "cameras", "days"),
    [
        ("", set(SITES), ()),
        ("site_id=south", {"CAM-D"}, ()),
        ("camera_id=CAM-A&camera_id=CAM-D", {"CAM-A", "CAM-D"}, ()),
        ("category=entrance&site_id=north", {"CAM-A"}, ()),
        ("from=2026-03-03&to=2026-03-05", set(SITES), (date(2026, 3, 3), date(2026, 3, 5))),
        # Days are whole: each site's own day of that instant.
        ("from=2026-03-03T23:30Z&to=2026-03-03T23:31Z&site_id=north", {"CAM-A", "CAM-B", "CAM-C"},
         (date(2026, 3, 4), date(2026, 3, 5))),
        ("from=2020-01-01&to=2020-01-02", set(SITES), (date(2020, 1, 1), date(2020, 1, 2))),
    ],
)  # fmt: skip
def test_pairing_is_that_of_the_rules(
    api: Api, query: str, cameras: set[str], days: tuple[date, ...]
) -> None:
    data = api.get(f"/v1/quality?{query}").json()["data"]
    assert data["total"] == pytest.approx(expected(cameras, *days))
    for row in data["cameras"]:
        name = row.pop("camera_id")
        assert row.pop("site_id") == SITES[name]
        assert row == pytest.approx(expected({name}, *days))
    assert sum(row["exits"] for row in data["cameras"]) == data["total"]["exits"]


def test_loads_tell_what_they_refused(api: Api) -> None:
    (load,) = api.get("/v1/quality").json()["data"]["loads"]
    assert (load["file_name"], load["rows_read"], load["rows_rejected"]) == ("file 1", len(ROWS), 0)
    assert api.get("/v1/quality").headers["cache-control"] == "no-store"


@pytest.mark.parametrize(
    "name", ["person_id=P-01", "age_group=adult", "gender=f", "status=open", "min_dwell=1"]
)
def test_persons_cannot_narrow_it(api: Api, name: str) -> None:
    answer = api.get(f"/v1/quality?{name}")
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["parameter"] == name.partition("=")[0]
