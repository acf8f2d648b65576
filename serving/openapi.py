"""The OpenAPI document, corrected where the framework cannot know better."""

from copy import deepcopy
from typing import Any

from fastapi import FastAPI

from serving.auth import GUARDED
from serving.documented_headers import HEADERS, headers_of
from serving.documented_schemas import correct_schemas
from serving.errors import MEDIA_TYPE
from serving.problem_examples import problem_example

TAGS = [
    {"name": "statistics", "description": "Visitors, dwell and flows over a range"},
    {
        "name": "series",
        "description": "How many were present, by hour, day or week, and who is now",
    },
    {"name": "facts", "description": "Each session, event and visit"},
    {"name": "dimensions", "description": "Cameras, sites and persons"},
    {"name": "quality", "description": "How good the data is that came in"},
    {"name": "marts", "description": "Every table, as BI tools see it"},
    {"name": "uploads", "description": "Files that come in by the API"},
    {"name": "loads", "description": "What became of each file"},
    {"name": "health", "description": "For those who run it"},
]

KEY = {
    "type": "http",
    "scheme": "bearer",
    "description": "A key of `dwellhouse keys create`. While there is none at all, "
    "programs on the machine of the API need none.",
}
PROBLEM = {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}}
REFUSALS = {
    "401": "No key, or one that is wrong, expired or revoked",
    "403": "The key does not have the scope: read to ask, upload to send files",
    "429": "Too many requests; Retry-After tells when",
}


def install(app: FastAPI) -> None:
    """Give failures of `app` their media type in the document, which is made once."""
    make = app.openapi

    def openapi() -> dict[str, object]:
        if app.openapi_schema is None:
            document = make()
            document["components"] |= {"securitySchemes": {"key": KEY}, "headers": HEADERS}
            for path, operations in document["paths"].items():
                for method, operation in operations.items():
                    is_guarded = path.startswith(GUARDED)
                    operation["security"] = [{"key": []}] if is_guarded else []
                    if is_guarded:
                        operation["responses"] |= _refusals()
                    _correct(operation["responses"])
                    _complete(path, method, operation)
            correct_schemas(document)
        return app.openapi_schema or {}

    app.openapi = openapi  # type: ignore[method-assign]


def _refusals() -> dict[str, dict[str, Any]]:
    return {
        status: {"description": why, "content": deepcopy(PROBLEM)}
        for status, why in REFUSALS.items()
    }


def _complete(path: str, method: str, operation: dict[str, Any]) -> None:
    """Name an operation by the first sentence of its description; show its failures and headers."""
    operation["summary"] = operation["description"].split("\n")[0].rstrip(".")
    parameters = operation.get("parameters", [])
    names = [one["name"] for one in parameters if one["in"] == "query"]
    for status, response in operation["responses"].items():
        response["headers"] = headers_of(status, path, method, operation)
        if problem := response.get("content", {}).get(MEDIA_TYPE):
            problem["example"] = problem_example(int(status), path, names)


def _correct(responses: dict[str, dict[str, dict[str, object]]]) -> None:
    for status, response in responses.items():
        content = response.get("content", {})
        if int(status) >= 400 and "application/json" in content:
            content[MEDIA_TYPE] = content.pop("application/json")
