"""The OpenAPI document, corrected where the framework cannot know better."""

from fastapi import FastAPI

from serving.errors import MEDIA_TYPE

Document = dict[str, object]


def install(app: FastAPI) -> None:
    """Give failures of `app` their media type in the document, which is made once."""
    make = app.openapi

    def openapi() -> dict[str, object]:
        if app.openapi_schema is None:
            for path in make()["paths"].values():
                for operation in path.values():
                    _correct(operation["responses"])
        return app.openapi_schema or {}

    app.openapi = openapi  # type: ignore[method-assign]


def _correct(responses: dict[str, dict[str, dict[str, object]]]) -> None:
    for status, response in responses.items():
        content = response.get("content", {})
        if int(status) >= 400 and "application/json" in content:
            content[MEDIA_TYPE] = content.pop("application/json")
