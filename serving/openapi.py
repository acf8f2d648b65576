"""The OpenAPI document, corrected where the framework cannot know better."""

from fastapi import FastAPI

from serving.auth import GUARDED
from serving.errors import MEDIA_TYPE

KEY = {
    "type": "http",
    "scheme": "bearer",
    "description": "A key of `dwellhouse keys create`. While there is none at all, "
    "programs on the machine of the API need none.",
}
PROBLEM = {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}}
REFUSALS = {
    "401": {"description": "No key, or one that is wrong, expired or revoked", "content": PROBLEM},
    "403": {"description": "The key's scopes do not include this", "content": PROBLEM},
    "429": {"description": "Too many requests; Retry-After tells when", "content": PROBLEM},
}


def install(app: FastAPI) -> None:
    """Give failures of `app` their media type in the document, which is made once."""
    make = app.openapi

    def openapi() -> dict[str, object]:
        if app.openapi_schema is None:
            document = make()
            document["components"]["securitySchemes"] = {"key": KEY}
            for path, operations in document["paths"].items():
                for operation in operations.values():
                    if path.startswith(GUARDED):
                        operation["security"] = [{"key": []}]
                        operation["responses"] |= REFUSALS
                    _correct(operation["responses"])
        return app.openapi_schema or {}

    app.openapi = openapi  # type: ignore[method-assign]


def _correct(responses: dict[str, dict[str, dict[str, object]]]) -> None:
    for status, response in responses.items():
        content = response.get("content", {})
        if int(status) >= 400 and "application/json" in content:
            content[MEDIA_TYPE] = content.pop("application/json")
