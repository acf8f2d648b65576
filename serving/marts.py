"""Any mart as a list: the filters that it has columns for, and a 422 for the others."""

from collections.abc import Collection
from functools import partial

from serving.chosen import Chosen
from serving.errors import invalid
from serving.queries.catalog import TIMES, Mart
from serving.queries.listing import Rows, rows_of
from serving.queries.mart_conditions import mart_conditions


def mart_rows(mart: Mart, chosen: Chosen, of_time: str) -> Rows:
    """Give the rows of a mart that fit; raises a 422 for a filter that it has no column for.

    `of_time` is the parameter by which time was bounded, if it was.
    """
    names = {column.name for column in mart.columns}
    _check(mart, names, chosen, of_time)
    return rows_of(mart.name, partial(mart_conditions, chosen, names))


def _check(mart: Mart, names: Collection[str], chosen: Chosen, of_time: str) -> None:
    has_camera, has_person = "camera_id" in names, "person_id" in names
    has_place = has_camera or "site_id" in names
    known = {
        "site_id": has_place or not chosen.site_ids,
        "camera_id": has_camera or not chosen.camera_ids,
        "person_id": has_person or not chosen.person_ids,
        "category": has_camera or not chosen.categories,
        "age_group": has_person or "age_group" in names or not chosen.age_groups,
        "gender": has_person or "gender" in names or not chosen.genders,
        "status": "session_status" in names or not chosen.statuses,
        "min_dwell": "dwell_seconds" in names or chosen.min_dwell is None,
        "max_dwell": "dwell_seconds" in names or chosen.max_dwell is None,
        of_time: any(time in names for time in TIMES) or not chosen.is_bounded,
    }
    for name, is_known in known.items():
        if is_known:
            continue
        if name == "status" and "status" in names:
            raise invalid(name, _other_status(mart.name, names))
        raise invalid(name, f"{mart.name} has no column that {name} could filter by.")
    if chosen.is_bounded and len(chosen.spans) > 1 and not has_place:
        detail = (
            f"Dates differ from site to site, and {mart.name} is of no site: "
            "write instants such as 2026-03-01T08:00:00Z."
        )
        raise invalid(of_time, detail)


def _other_status(mart: str, names: Collection[str]) -> str:
    hint = f"status filters by how sessions ended; the column of that name in {mart} is another."
    return f"{hint} /v1/loads?status=loaded filters loads." if "load_id" in names else hint
