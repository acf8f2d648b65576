"""What the routes say of their answers in the OpenAPI document."""

from pydantic import BaseModel

from serving.schemas.problems import Problem

Responses = dict[int | str, dict[str, object]]

NOT_MODIFIED: Responses = {304: {"description": "The ETag sent along is still right"}}
NOT_FOUND: Responses = {404: {"model": Problem, "description": "There is no such thing"}}
UNAVAILABLE: Responses = {
    503: {"model": Problem, "description": "No database, or nothing published yet"}
}


def live_answers(model: type[BaseModel]) -> Responses:
    """Give the responses of a route whose answers are not to be kept."""
    return {
        200: {"model": model},
        422: {"model": Problem, "description": "A parameter is unknown or unusable"},
        504: {"model": Problem, "description": "The query took too long"},
        **UNAVAILABLE,
    }


def answers(model: type[BaseModel]) -> Responses:
    """Give the responses of a route that answers from a data version."""
    return {**live_answers(model), **NOT_MODIFIED}
