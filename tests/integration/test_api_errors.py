"""Whatever goes wrong is told in one shape, and is never the database's own words."""

from typing import Any
from urllib.parse import quote

import pytest

from tests.integration.api_client import Api

pytest_plugins = ["tests.integration.api_warehouse"]
pytestmark = pytest.mark.xdist_group("api")

HOSTILE = [
    "' or 1=1 --", "\x00", '"; drop table marts.fct_events; --', "') union select 1,2,3 --",
    "%", "%s", "{}", "{conditions}", "%(p0)s", "$1", "a\x00b", "\u202e\U0001f600", "a" * 5000,
    "99999999999999999999999999", "1e400", "nan", "-inf", "-1", "0", "1.5", "null", "None", "[]",
    "9999-12-31", "0001-01-01", "9999-12-31T23:59:59.999999-14:00", "0001-01-01T00:00:00+14:00",
    "10000-01-01", "2026-02-30", "now", "infinity", "\ud7ff", " ", "999999w", "-dwell_seconds,,",
    "session_id;", "entry_at desc", "AAAA", "eyJhIjoxfQ==", "*",
]  # fmt: skip
PLACES = {"load_id": 1, "person_id": "P-01", "name": "fct_sessions", "sha256": "0" * 64}


def parameters(api: Api) -> list[tuple[str, str]]:
    """Give every query parameter of every path, as the document has them."""
    return [(path, str(parameter["name"])) for path, parameter in _documented(api)]


def _documented(api: Api) -> list[tuple[str, dict[str, Any]]]:
    document = api.get("/openapi.json").json()
    return [
        (path.format(**PLACES), parameter)
        for path, operations in document["paths"].items()
        for parameter in operations.get("get", {}).get("parameters", [])
        if parameter["in"] == "query"
    ]


def test_no_value_of_any_parameter_breaks_anything(api: Api) -> None:
    asked = parameters(api)
    assert len(asked) > 50
    seen: set[str] = set()
    for path, name in asked:
        # A parameter means the same at each path: all values once, a few everywhere.
        for value in HOSTILE[:6] if name in seen else HOSTILE:
            answer = api.get(f"{path}?{name}={quote(value, safe='', errors='surrogatepass')}")
            told = f"{path} {name}={value!a}: {answer.text[:300]}"
            assert answer.status_code in (200, 422), told
            if answer.status_code == 422:
                assert answer.headers["content-type"] == "application/problem+json", told
                assert answer.json()["errors"], told
                assert not any(word in answer.text for word in ("psycopg", "LINE 1", "Error:"))
        seen.add(name)
    assert api.get("/v1/kpis").json()["data"]["total_events"] > 0


@pytest.mark.parametrize("value", ["0", "abc", "9" * 30, "1;drop", "%00", "-1", "1.5"])
def test_no_load_id_breaks_anything(api: Api, value: str) -> None:
    for path in (f"/v1/loads/{value}", f"/v1/loads/{value}/rejections"):
        assert api.get(path).status_code in (404, 422)


@pytest.mark.parametrize("value", ["1_0", "%201", "1%20", "%EF%BC%91", "0x1", "\u0661"])
def test_a_number_is_written_in_plain_digits(api: Api, value: str) -> None:
    asked = [
        f"{path}?{parameter['name']}={value}"
        for path, parameter in _documented(api)
        for kind in parameter["schema"].get("anyOf", [parameter["schema"]])
        if kind.get("type") in ("integer", "number")
    ]
    assert len(asked) > 30
    for url in (*asked, f"/v1/loads/{value}", "/v1/dwell/histogram?bins=1_0"):
        problem = api.get(url).json()
        assert problem["status"] == 422, url
        assert "in plain digits" in problem["detail"] or "bins" in url
    for plain in ("1", "1.0", "1e3"):
        assert api.get(f"/v1/sessions?min_dwell={plain}").status_code == 200


def test_who_lists_values_by_comma_is_told_to_repeat_the_parameter(api: Api) -> None:
    problem = api.get("/v1/events?camera_id=CAM-A,CAM-B").json()
    assert problem["detail"] == (
        "'CAM-A,CAM-B' is no value of camera_id: repeat it, once for each value."
    )


def test_an_id_may_hold_a_line_end(api: Api) -> None:
    problem = api.get("/v1/persons/two%0Alines").json()
    assert problem["detail"].startswith("There is no person 'two\\nlines'")
    assert "two\\nlines" in api.get("/v1/nothing/two%0Alines").json()["detail"]


def test_the_instance_is_the_address_that_was_asked(api: Api) -> None:
    for path in ("/v1/persons/two%0Alines", "/v1/persons/a%3Fb%23c%20%C3%A9%25"):
        assert api.get(path).json()["instance"] == path
        unknown = api.get(f"{path}?odd=1").json()
        assert unknown["instance"] == path
        assert f"is no parameter of {path}" in unknown["detail"]


@pytest.mark.parametrize(
    ("url", "name", "suggestion"),
    [
        ("/v1/kpis?camra_id=CAM-A", "camra_id", "camera_id"),
        ("/v1/sessions?form=2026-03-01", "form", "from"),
        ("/v1/loads?status=load", "status", "loaded"),
        ("/v1/sessions?status=close", "status", "closed"),
        ("/v1/occupancy?granularity=days", "granularity", "day"),
        ("/v1/events?camera_id=cam-a", "camera_id", "CAM-A"),
        ("/v1/events?site_id=nord", "site_id", "north"),
        ("/v1/cameras?category=entrence", "category", "entrance"),
        ("/v1/sessions?sort=-dwel_seconds", "sort", "dwell_seconds"),
        ("/v1/sessions?sort=--entry_at", "sort", "entry_at"),
        ("/v1/sessions?fields=persn_id", "fields", "person_id"),
    ],
)
def test_the_unknown_is_named_with_the_nearest(
    api: Api, url: str, name: str, suggestion: str
) -> None:
    problem = api.get(url).json()
    assert problem["status"] == 422
    assert [(e["parameter"], e["suggestion"]) for e in problem["errors"]] == [(name, suggestion)]
    assert f"did you mean {suggestion}?" in problem["detail"]


@pytest.mark.parametrize(
    ("path", "told"),
    [
        ("/v1/kpi", "did you mean /v1/kpis?"), ("/kpis", "did you mean /v1/kpis?"),
        ("/v1/sessions/", "did you mean /v1/sessions?"), ("/v1", "/docs lists"),
        ("/v1/nothing", "/docs lists"), ("/redoc", "/docs lists"),
    ],
)  # fmt: skip
def test_a_path_is_named_only_where_it_is_near(api: Api, path: str, told: str) -> None:
    problem = api.get(path).json()
    assert (problem["status"], problem["instance"]) == (404, path)
    assert problem["detail"].startswith(f"There is nothing at '{path}'; {told}")


def test_the_bare_address_leads_to_the_documentation(api: Api) -> None:
    answer = api.get("/")
    assert (answer.status_code, answer.headers["location"]) == (307, "docs")


@pytest.mark.parametrize(
    "query",
    [
        "from=2026-03-05&to=2026-03-01", "last=7d&from=2026-03-01", "to=2026-03-01&to=2026-03-02",
        "min_dwell=10&max_dwell=5", "compare=previous", "compare=previous&from=2026-03-01",
        "compare=previous&from=2026-03-01&to=2026-03-02T00:00:00Z", "last=0d", "last=7",
        "compare=previous&from=0001-01-01&to=9999-12-31", "camera_id=", "from=03/01/2026",
    ],
)  # fmt: skip
def test_what_contradicts_itself_is_refused(api: Api, query: str) -> None:
    answer = api.get(f"/v1/kpis?{query}")
    assert answer.status_code == 422, answer.text


@pytest.mark.parametrize(
    ("method", "url", "status"),
    [
        ("GET", "/v1", 404), ("GET", "/v1/nothing", 404), ("GET", "/v1/sessions/", 404),
        ("GET", "/v1/loads/77", 404), ("POST", "/v1/kpis", 405), ("DELETE", "/v1/loads/1", 405),
        ("GET", "/v1/kpis?x=1", 422), ("GET", "/v1/sessions?limit=1001", 422),
    ],
)  # fmt: skip
def test_problems_have_one_shape(api: Api, method: str, url: str, status: int) -> None:
    answer = api.request(method, url)
    assert answer.status_code == status
    assert answer.headers["content-type"] == "application/problem+json"
    problem = answer.json()
    assert problem.keys() - {"errors"} == {"type", "title", "status", "detail", "instance"}
    assert problem["status"] == status
    if status == 405:
        assert answer.headers["allow"] == "GET, HEAD"


def test_a_cursor_is_checked(api: Api) -> None:
    cursor = api.get("/v1/sessions?limit=3").json()["next"]
    broken = ("x" + cursor, cursor[:-4], cursor[:-3] + "AAA", cursor.swapcase(), "AAAA")
    for wrong in broken:
        answer = api.get("/v1/sessions", params={"limit": "3", "cursor": wrong})
        assert answer.status_code == 422
        assert "cursor is damaged" in answer.json()["detail"]
    for other in ("/v1/sessions?sort=-entry_at", "/v1/sessions?status=open", "/v1/events?"):
        answer = api.get(f"{other}&cursor={cursor}".replace("?&", "?"))
        assert answer.status_code == 422
        assert "another query" in answer.json()["detail"]
    for same in ("limit=9", "limit=3&fields=person_id", "count=exact"):
        assert api.get(f"/v1/sessions?{same}&cursor={cursor}").status_code == 200
