"""HEAD answers what GET does, without the body."""

import pytest

from tests.integration.api_client import Api

pytest_plugins = ["tests.integration.api_warehouse"]
pytestmark = pytest.mark.xdist_group("api")

OF_EACH_REQUEST = {"x-request-id"}


@pytest.mark.parametrize(
    "url",
    [
        "/v1/kpis", "/v1/sessions?limit=3", "/v1/sessions.csv", "/v1/events.parquet", "/v1/loads",
        "/v1/occupancy?last=1d", "/v1/persons/nobody", "/v1/nothing", "/v1/kpis?x=1", "/healthz",
        "/docs", "/openapi.json",
    ],
)  # fmt: skip
def test_a_head_has_the_status_and_headers_of_a_get(api: Api, url: str) -> None:
    got, head = api.get(url), api.request("HEAD", url)
    assert (head.status_code, head.content) == (got.status_code, b"")
    told, of_head = (
        {name: value for name, value in answer.headers.items() if name not in OF_EACH_REQUEST}
        for answer in (got, head)
    )
    assert of_head == told


def test_a_head_knows_what_the_client_has(api: Api) -> None:
    tag = api.request("HEAD", "/v1/kpis").headers["etag"]
    assert api.request("HEAD", "/v1/kpis", headers={"If-None-Match": tag}).status_code == 304


def test_what_takes_files_only_refuses_a_head(api: Api) -> None:
    answer = api.request("HEAD", "/v1/uploads")
    assert (answer.status_code, answer.headers["allow"]) == (405, "POST")
