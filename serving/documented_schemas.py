"""What generators of clients need of the schemas in the OpenAPI document."""

from collections.abc import Iterator
from typing import Any, get_args

from serving.choices import (
    CameraOrSite,
    Granularity,
    LoadStatus,
    SessionStatus,
    UploadStatus,
)

Schema = dict[str, Any]
# Choices that several places know: by a name, they are one type.
CHOICES = {
    "CameraOrSite": (CameraOrSite, "What there is one of for each camera, or for each site"),
    "Granularity": (Granularity, "Length of a bucket"),
    "LoadStatus": (LoadStatus, "What became of a load"),
    "SessionStatus": (SessionStatus, "How a session ended, or that it has not"),
    "UploadStatus": (UploadStatus, "What became of an upload"),
}
NAMES = {get_args(choice): name for name, (choice, _) in CHOICES.items()}
# Without it, some languages read 32 bits: too few for bytes, and for seconds.
FORMATS = {"integer": "int64", "number": "double"}
NULL = {"type": "null"}


def correct_schemas(document: Schema) -> None:
    """Give numbers their size and choices their names; take back what the framework made up.

    A parameter cannot be null in an address, and what is absent from an answer has no default.
    """
    schemas = document["components"]["schemas"]
    for operations in document["paths"].values():
        for operation in operations.values():
            for parameter in operation.get("parameters", []):
                _without_null(parameter["schema"])
    for schema in schemas.values():
        for part in schema.get("properties", {}).values():
            part.pop("default", None)
    for part in _parts([document["paths"], schemas]):
        _correct(part)
    for name, (choice, meaning) in CHOICES.items():
        schemas[name] = {"type": "string", "enum": [*get_args(choice)], "description": meaning}


def _correct(part: Schema) -> None:
    kind = part.get("type")
    if isinstance(kind, str) and kind in FORMATS:
        part.setdefault("format", FORMATS[kind])
    if isinstance(part.get("enum"), list) and (name := NAMES.get(tuple(part["enum"]))):
        del part["enum"], part["type"]
        part["$ref"] = f"#/components/schemas/{name}"


def _without_null(schema: Schema) -> None:
    if NULL in schema.get("anyOf", []):
        [kept] = [part for part in schema.pop("anyOf") if part != NULL]
        schema |= kept


def _parts(part: object) -> Iterator[Schema]:
    """Give everything within a part of the document that may be a schema."""
    if isinstance(part, list):
        part = dict(enumerate(part))
    if isinstance(part, dict):
        yield part
        for inner in part.values():
            yield from _parts(inner)
