"""What the OpenAPI document says of the headers that come with an answer."""

from typing import Any

from serving.auth import GUARDED

Response = dict[str, Any]
# Those that are required come with each answer that names them.
HEADERS: dict[str, Response] = {
    "Cache-Control": {
        "description": "no-cache: ask again with the ETag; no-store: it may be another answer soon",
        "required": True,
        "schema": {"type": "string"},
        "example": "no-cache",
    },
    "Content-Disposition": {
        "description": "The name to save a file by; with CSV, NDJSON and Parquet",
        "schema": {"type": "string"},
        "example": 'attachment; filename="sessions.csv"',
    },
    "Data-As-Of": {
        "description": "as_of, for files too; absent before any event",
        "schema": {"type": "string", "format": "date-time"},
        "example": "2026-03-08T13:00:00+00:00",
    },
    "Data-Version": {
        "description": "data_version, for files too; absent before the first",
        "schema": {"type": "integer"},
        "example": 7,
    },
    "ETag": {
        "description": "To be sent as If-None-Match; absent from marts of loads, which may change "
        "at any time",
        "schema": {"type": "string"},
        "example": 'W/"7-b0d963493991ee578b"',
    },
    "Granularity": {
        "description": "The length of the buckets: hour, day or week",
        "required": True,
        "schema": {"type": "string", "enum": ["hour", "day", "week"]},
        "example": "day",
    },
    "Link": {
        "description": 'The address of the next page, with rel="next"; absent from the last',
        "schema": {"type": "string"},
        "example": '</v1/sessions?limit=2&cursor=Uilw6SxQWyJmMTI4>; rel="next"',
    },
    "Location": {
        "description": "Where to follow the upload",
        "required": True,
        "schema": {"type": "string"},
        "example": f"/v1/uploads/{'0' * 64}",
    },
    "Retry-After": {
        "description": "Seconds after which to try again",
        "schema": {"type": "integer"},
        "example": 5,
    },
    "Total-Count": {
        "description": "Rows of all pages; with count=exact",
        "schema": {"type": "integer"},
        "example": 1081,
    },
    "Vary": {
        "description": "The headers of a request that its answer depends on",
        "schema": {"type": "string"},
        "example": "Accept",
    },
    "WWW-Authenticate": {
        "description": "How to send a key, and what is wrong with the one that was sent",
        "required": True,
        "schema": {"type": "string"},
        "example": 'Bearer realm="dwellhouse", error="invalid_token"',
    },
    "X-Request-ID": {
        "description": "The id of the request in the log and in the record of requests; your own, "
        "if you sent one",
        "required": True,
        "schema": {"type": "string"},
        "example": "53a4b332e17d-2",
    },
}
OF_FAILURES = {
    "401": ("WWW-Authenticate",),
    "403": ("WWW-Authenticate",),
    "429": ("Retry-After",),
    "503": ("Retry-After",),
}


def headers_of(status: str, path: str, method: str, operation: dict[str, Any]) -> Response:
    """Give the headers of an operation's answers with that status, as references by name."""
    named = ("X-Request-ID", *OF_FAILURES.get(status, ()))
    if status == "304":
        named += ("Cache-Control", "ETag", "Vary")
    elif status < "300":
        named += _of_success(path, method, operation)
    return {name: {"$ref": f"#/components/headers/{name}"} for name in sorted(named)}


def _of_success(path: str, method: str, operation: dict[str, Any]) -> tuple[str, ...]:
    responses = operation["responses"]
    content = responses["200"].get("content", {})
    parameters = {parameter["name"] for parameter in operation.get("parameters", [])}
    is_of_data = path.startswith(GUARDED) and "text/event-stream" not in content
    sent = {
        ("Cache-Control",): True,
        ("Data-As-Of", "Data-Version"): is_of_data,
        ("ETag", "Vary"): "304" in responses,
        ("Content-Disposition",): "text/csv" in content,
        ("Link", "Total-Count"): "cursor" in parameters,
        ("Granularity",): "granularity" in parameters,
        ("Location",): method == "post",
    }
    return tuple(name for names, is_sent in sent.items() if is_sent for name in names)
