"""What the routes say of their answers in the OpenAPI document, and the paths they have."""

from collections.abc import Callable
from typing import Any, TypeVar

from fastapi import APIRouter
from pydantic import BaseModel

from serving.answering.formats import MEDIA_TYPES, Format
from serving.schemas.problems import Problem

Responses = dict[int | str, dict[str, Any]]
Endpoint = TypeVar("Endpoint", bound=Callable[..., object])

NOT_MODIFIED: Responses = {304: {"description": "The ETag sent along is still right"}}
NOT_FOUND: Responses = {404: {"model": Problem, "description": "There is no such thing"}}
UNAVAILABLE: Responses = {
    503: {
        "model": Problem,
        "description": "No database, nothing published yet, or too many at a time",
    }
}
TEXT = {"schema": {"type": "string"}}
FILE = {"schema": {"type": "string", "format": "binary"}}
TABLES = {
    MEDIA_TYPES[Format.CSV]: TEXT,
    MEDIA_TYPES[Format.NDJSON]: TEXT,
    MEDIA_TYPES[Format.PARQUET]: FILE,
}


def live_answers(model: type[BaseModel]) -> Responses:
    """Give the responses of a route whose answers are not to be kept."""
    return {
        200: {"model": model, "description": (model.__doc__ or "").split("\n")[0].rstrip(".")},
        422: {"model": Problem, "description": "A parameter is unknown or unusable"},
        504: {"model": Problem, "description": "The query took too long"},
        **UNAVAILABLE,
    }


def answers(model: type[BaseModel]) -> Responses:
    """Give the responses of a route that answers from a data version."""
    return {**live_answers(model), **NOT_MODIFIED}


def as_tables(responses: Responses) -> Responses:
    """Give the responses of a route whose answer `Accept` may also have as a file."""
    return {**responses, 200: {**responses[200], "content": TABLES}}


def tabular(router: APIRouter, path: str, responses: Responses) -> Callable[[Endpoint], Endpoint]:
    """Register a route whose rows are also to be had as CSV, NDJSON and Parquet.

    `Accept` chooses the format, or the suffix: the paths with one are the same operation.
    """

    def register(endpoint: Endpoint) -> Endpoint:
        router.get(f"{path}.{{suffix}}", include_in_schema=False)(endpoint)
        router.get(path, responses=as_tables(responses))(endpoint)
        return endpoint

    return register
