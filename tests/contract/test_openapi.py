"""The OpenAPI document is true: real answers fit it, and its examples do too."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from jsonschema import Draft202012Validator, FormatChecker
from jsonschema.protocols import Validator

from orchestration.commands.api_keys import create_key
from orchestration.runtime.warehouse_urls import Warehouse
from serving.front.cross_origin import READ
from serving.main import create_app
from serving.settings import ServingSettings
from tests.contract.described_marts import described_columns
from tests.integration.api_client import Api, running_api, write_warehouse

pytest_plugins = ["tests.integration.api_warehouse"]
pytestmark = pytest.mark.xdist_group("api")

Document = dict[str, Any]
ANSWERS = [
    ("/v1/kpis", "/v1/kpis", 200),
    ("/v1/kpis", "/v1/kpis?last=2d&compare=previous", 200),
    ("/v1/kpis", "/v1/kpis?person_id=nobody", 200),
    ("/v1/kpis", "/v1/kpis?persn_id=nobody", 422),
    ("/v1/sessions", "/v1/sessions?limit=500", 200),
    ("/v1/sessions", "/v1/sessions?limit=5&count=exact&fields=person_id", 200),
    ("/v1/sessions", "/v1/sessions?limit=0&status=close", 422),
    ("/v1/events", "/v1/events?limit=500", 200),
    ("/v1/visits", "/v1/visits?limit=500", 200),
    ("/v1/cameras", "/v1/cameras", 200),
    ("/v1/sites", "/v1/sites", 200),
    ("/v1/persons", "/v1/persons", 200),
    ("/v1/persons/{person_id}", "/v1/persons/P-03", 200),
    ("/v1/persons/{person_id}", "/v1/persons/nobody", 404),
    ("/v1/dwell", "/v1/dwell?group_by=person&group_by=day", 200),
    ("/v1/dwell", "/v1/dwell?group_by=hour,gender", 200),
    ("/v1/dwell", "/v1/dwell?group_by=hour_of_day,weekday", 200),
    ("/v1/dwell", "/v1/dwell?group_by=week,age_group&fields=week", 200),
    ("/v1/dwell/histogram", "/v1/dwell/histogram", 200),
    ("/v1/dwell/histogram", "/v1/dwell/histogram?person_id=nobody&bins=1", 200),
    ("/v1/visitors", "/v1/visitors", 200),
    ("/v1/visitors/repeat", "/v1/visitors/repeat", 200),
    ("/v1/visitors/repeat", "/v1/visitors/repeat?person_id=nobody", 200),
    ("/v1/demographics", "/v1/demographics?status=closed", 200),
    ("/v1/transitions", "/v1/transitions", 200),
    ("/v1/rankings", "/v1/rankings?last=3d&metric=avg_dwell_seconds", 200),
    ("/v1/rankings", "/v1/rankings?group_by=site", 200),
    ("/v1/quality", "/v1/quality", 200),
    ("/v1/quality", "/v1/quality?from=2020-01-01&to=2020-01-02", 200),
    ("/v1/marts", "/v1/marts", 200),
    ("/v1/marts/{name}", "/v1/marts/fct_sessions", 200),
    ("/v1/marts/{name}", "/v1/marts/quality_loads", 200),
    ("/v1/marts/{name}", "/v1/marts/fct_session", 404),
    ("/v1/occupancy/current", "/v1/occupancy/current?limit=3", 200),
    ("/v1/occupancy/current", "/v1/occupancy/current?person_id=nobody", 200),
    ("/v1/occupancy", "/v1/occupancy?last=2d", 200),
    ("/v1/occupancy", "/v1/occupancy?last=2d&group_by=site&person_id=P-03&tz=Asia/Tokyo", 200),
    ("/v1/occupancy", "/v1/occupancy?granularity=day", 200),
    ("/v1/loads", "/v1/loads", 200),
    ("/v1/loads", "/v1/loads?fields=validation,load_id", 200),
    ("/v1/loads/{load_id}", "/v1/loads/1", 200),
    ("/v1/loads/{load_id}", "/v1/loads/2", 404),
    ("/v1/loads/{load_id}/events", "/v1/loads/2/events", 404),
    ("/v1/uploads/{sha256}", "/v1/uploads/" + "0" * 64, 404),
    ("/v1/loads/{load_id}/rejections", "/v1/loads/1/rejections", 200),
    ("/healthz", "/healthz", 200),
    ("/readyz", "/readyz", 200),
]


@pytest.fixture(scope="module")
def document(api: Api) -> Document:
    return dict(api.get("/openapi.json").json())


def validator(document: Document, schema: Document) -> Validator:
    whole = {**schema, "components": document["components"]}
    return Draft202012Validator(whole, format_checker=FormatChecker())


@pytest.mark.parametrize(("path", "url", "status"), ANSWERS)
def test_real_answers_fit(api: Api, document: Document, path: str, url: str, status: int) -> None:
    answer = api.get(url)
    assert answer.status_code == status
    content = document["paths"][path]["get"]["responses"][str(status)]["content"]
    assert answer.headers["content-type"] in content
    schema = content[answer.headers["content-type"]]["schema"]
    validator(document, schema).validate(answer.json())


def test_every_path_is_asked(document: Document) -> None:
    paths = {path for path, operations in document["paths"].items() if "get" in operations}
    assert paths == {path for path, _, _ in ANSWERS}


def test_an_upload_is_answered_as_documented(api: Api, document: Document) -> None:
    responses = document["paths"]["/v1/uploads"]["post"]["responses"]
    for url, status in [("name=a.csv", 202), ("name=b.csv", 200), ("name=b.txt", 422)]:
        answer = api.request("POST", f"/v1/uploads?{url}", content=b"a,b")
        assert answer.status_code == status
        schema = responses[str(status)]["content"][answer.headers["content-type"]]["schema"]
        validator(document, schema).validate(answer.json())


def sent_headers(document: Document, path: str, answer: httpx.Response) -> set[str]:
    """Give the names of the headers of an answer, which must be those that are documented."""
    operation = document["paths"][path]["post" if answer.request.method == "POST" else "get"]
    names = operation["responses"][str(answer.status_code)]["headers"]
    headers = {name.lower(): document["components"]["headers"][name] for name in names}
    sent = answer.headers.keys() - {"connection", "content-length", "content-type"}
    required = {name for name, header in headers.items() if header.get("required")}
    assert required <= sent <= headers.keys(), (path, answer.status_code)
    for name in sent:
        text, schema = answer.headers[name], headers[name]["schema"]
        value = int(text) if schema["type"] == "integer" else text
        validator(document, schema).validate(value)
    return {*sent}


def test_headers_are_those_documented(
    api: Api, document: Document, own_warehouse: Warehouse, tmp_path: Path
) -> None:
    answers = [(path, api.get(url)) for path, url, _ in ANSWERS]
    for path in ("/v1/sessions", "/v1/visitors", "/v1/kpis", "/v1/marts", "/v1/loads"):
        answers.append((path, api.get(f"{path}.csv")))
    answers.append(("/v1/events", api.get("/v1/events?limit=1&count=exact")))
    answers.append(("/v1/loads/{load_id}/events", api.request("HEAD", "/v1/loads/1/events")))
    known = {"If-None-Match": api.get("/v1/kpis").headers["etag"]}
    answers.append(("/v1/kpis", api.get("/v1/kpis", headers=known)))
    for name in ("c.csv", "c.txt"):
        url = f"/v1/uploads?name={name}"
        answers.append(("/v1/uploads", api.request("POST", url, content=b"a,header")))
    with running_api(None, tmp_path) as away:
        answers.append(("/readyz", away.get("/readyz")))
    write_warehouse(own_warehouse, tmp_path)
    key = {"Authorization": f"Bearer {create_key(tmp_path, 'one', ['read'], None)}"}
    with running_api(own_warehouse, tmp_path, api_requests_per_minute_by_key=1) as one:
        answers.append(("/v1/kpis", one.get("/v1/kpis")))
        refused = one.request("POST", "/v1/uploads?name=d.csv", content=b"a,b", headers=key)
        answers.append(("/v1/uploads", refused))
        answers += [("/v1/kpis", one.get("/v1/kpis", headers=key)) for _ in range(3)]
    assert {answer.status_code for _, answer in answers} >= {202, 304, 401, 403, 404, 422, 429, 503}
    seen = {name for path, answer in answers for name in sent_headers(document, path, answer)}
    assert seen == {name.lower() for name in document["components"]["headers"]}


def test_pages_of_other_sites_may_read_the_documented_headers(document: Document) -> None:
    always = {"Cache-Control", "Vary"}
    assert {*document["components"]["headers"]} - always == {*READ} - {"Allow"}


LISTS = [
    "/v1/sessions", "/v1/events", "/v1/visits", "/v1/cameras", "/v1/sites", "/v1/persons",
    "/v1/loads",
]  # fmt: skip


@pytest.mark.parametrize("path", LISTS)
def test_rows_have_all_documented_columns(api: Api, document: Document, path: str) -> None:
    page = document["paths"][path]["get"]["responses"]["200"]["content"]["application/json"]
    name = page["schema"]["$ref"].rpartition("/")[2].removesuffix("Page")
    columns = set(document["components"]["schemas"][name]["properties"])
    asked = api.get(f"{path}?limit=1&fields={','.join(sorted(columns))}").json()["data"][0]
    assert set(asked) == columns
    unasked = api.get(f"{path}?limit=1").json()["data"][0]
    assert columns - set(unasked) == ({"validation"} if path == "/v1/loads" else set())


def test_examples_fit_their_schemas(document: Document) -> None:
    found = 0
    for name, schema in document["components"]["schemas"].items():
        for example in schema.get("examples", []):
            validator(document, schema).validate(example)
        for column, part in schema.get("properties", {}).items():
            for example in part.get("examples", []):
                assert validator(document, part).is_valid(example), (name, column)
                found += 1
    assert found > 50


def test_what_a_list_may_be_asked_is_answered_as_its_examples_write_it(
    document: Document, api: Api
) -> None:
    asked = [
        (path, parameter["name"], example)
        for path, operations in document["paths"].items()
        for parameter in operations.get("get", {}).get("parameters", [])
        if parameter["name"] in ("sort", "fields", "limit", "group_by", "bins", "metric")
        for example in parameter.get("examples", parameter["schema"].get("examples", []))
    ]
    assert {name for _, name, _ in asked} >= {"sort", "fields", "limit", "group_by"}
    for path, name, example in asked:
        plain = path.replace("{name}", "agg_camera_hourly").replace("{load_id}", "1")
        answer = api.get(plain, params={name: example})
        assert answer.status_code == 200, (path, name, answer.text)


def test_every_failure_has_an_example_in_the_words_that_are_said(
    api: Api, document: Document
) -> None:
    asked = 0
    for path, operations in document["paths"].items():
        for method, operation in operations.items():
            for status, response in operation["responses"].items():
                if int(status) < 400:
                    continue
                content = response["content"]["application/problem+json"]
                validator(document, content["schema"]).validate(content["example"])
                assert content["example"]["detail"], (path, status)
                if method == "get" and status in ("404", "422"):
                    address = content["example"]["instance"]
                    wrong = content["example"].get("errors", [{}])[0].get("parameter")
                    answer = api.get(f"{address}?{wrong}=x" if wrong else address)
                    assert answer.json() == content["example"]
                    asked += 1
    assert asked > 30


TYPES = [
    "PreviousMetrics", "Session", "Event", "Visit", "Camera", "Site", "Person", "Load", "Rejection",
    "OccupancyPoint", "VisitorsPoint", "Dwell", "DwellBin", "Demographic", "RepeatVisitor",
    "RepeatRate", "Inside", "Ranked", "Transition", "Pairing", "CameraQuality", "LoadQuality",
    "MartColumn",
]  # fmt: skip


def test_every_row_and_metric_has_an_example(document: Document) -> None:
    for name in TYPES:
        for column, part in document["components"]["schemas"][name]["properties"].items():
            assert "examples" in part or column == "validation", (name, column)


def test_every_parameter_is_described(document: Document) -> None:
    assert document["openapi"].startswith("3.1")
    for path, operations in document["paths"].items():
        operation = next(iter(operations.values()))
        assert operation["description"], path
        for parameter in operation.get("parameters", []):
            assert parameter["description"], (path, parameter["name"])


OTHER_SETTINGS: dict[str, Any] = {
    "home": "/other", "landing": "/elsewhere", "api_host": "0.0.0.0", "api_port": 1,
    "api_pool_size": 1, "api_statement_timeout_seconds": 1, "api_log_level": "debug",
    "api_access_log": True, "api_ready_max_age_hours": 1, "api_requests_per_minute_by_key": 0,
    "api_requests_per_minute_by_address": 0, "api_patience_seconds": 1, "api_max_upload_bytes": 1,
    "api_trusted_proxies": "*", "api_cors_origins": "*", "api_cache_bytes": 0,
    "redis_url": "redis://other",
}  # fmt: skip


def test_it_is_the_same_whatever_the_settings() -> None:
    """So the tests of the API may give it to each app in place of having it made each time."""
    assert OTHER_SETTINGS.keys() == ServingSettings.model_fields.keys()
    other = create_app(ServingSettings(**OTHER_SETTINGS))
    assert other.openapi() == create_app(ServingSettings()).openapi()


def properties(part: object, place: str = "") -> Iterator[tuple[str, Document]]:
    """Give every property of every schema within a part of the document, and where it stands."""
    if isinstance(part, list):
        part = dict(enumerate(part))
    if isinstance(part, dict):
        for name, schema in part.get("properties", {}).items():
            yield f"{place}/{name}", schema
        for name, inner in part.items():
            yield from properties(inner, f"{place}/{name}")


def test_every_property_is_described(document: Document) -> None:
    described = {place: part.get("description", "") for place, part in properties(document)}
    assert [place for place, words in described.items() if not words.strip()] == []
    assert len(described) > 300


MARTS = {
    "Session": "fct_sessions", "Inside": "fct_sessions", "Event": "fct_events",
    "Visit": "fct_visits", "Camera": "dim_cameras", "Site": "dim_sites", "Person": "dim_persons",
    "Transition": "agg_transitions_daily", "CameraQuality": "quality_cameras_daily",
    "LoadQuality": "quality_loads", "Load": "fct_loads", "Rejection": "fct_rejected_rows",
}  # fmt: skip
# An answer begins with the words of the mart, and may say more; but what a mart says of a day is of
# all that was asked for.
SAID_OTHERWISE = {"duplicate_rows"}


@pytest.mark.parametrize("name", MARTS)
def test_columns_mean_what_the_marts_say(document: Document, name: str) -> None:
    told = document["components"]["schemas"][name]["properties"]
    meant = {
        column: words
        for column, words in described_columns(MARTS[name]).items()
        if column in told and column not in SAID_OTHERWISE
    }
    assert meant
    for column, words in meant.items():
        wanted = re.findall(r"\w+", words)
        found = re.findall(r"\w+", told[column].get("description", ""))
        assert found[: len(wanted)] == wanted, column
