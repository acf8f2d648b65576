"""One shape for everything that goes wrong: RFC 9457 problem details, in words to act on."""

import difflib
from collections.abc import Collection, Mapping
from http import HTTPStatus
from urllib.parse import quote

import orjson
from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException

MEDIA_TYPE = "application/problem+json"
LONGEST_ECHO = 80
MOST_LISTED = 30
# Whoever cannot say better when an answer will be there.
RETRY = {"Retry-After": "5"}
# Paths begin alike, so that two of them are closer than what they stand for.
NEAR_PATHS = 0.75
# Where to find what there is, when it is too much for a sentence.
LISTED = {
    "camera_id": "/v1/cameras lists them",
    "site_id": "/v1/sites lists them",
    "tz": "write a name of the IANA time zone database, such as Europe/Berlin",
}


class ProblemError(Exception):
    """An answer other than the one asked for; the detail says what to do about it."""

    def __init__(
        self,
        status: int,
        detail: str,
        *,
        errors: list[dict[str, str]] | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(detail)
        self.status = status
        self.detail = detail
        self.errors = errors
        self.headers = (RETRY if status == 503 else {}) | dict(headers or {})

    def response(self, request: Request) -> Response:
        """Give the problem as the answer to `request`."""
        body = orjson.dumps(self.body(escaped_path(request)))
        return Response(body, self.status, self.headers, MEDIA_TYPE)

    def body(self, path: str) -> dict[str, object]:
        """Give what is said of it at a path."""
        body: dict[str, object] = {
            "type": "about:blank",
            "title": HTTPStatus(self.status).phrase,
            "status": self.status,
            "detail": self.detail,
            "instance": path,
        }
        return body | {"errors": self.errors} if self.errors else body


def escaped_path(request: Request) -> str:
    """Give the path as it stands in an address; a URL would leave out the line ends of an id."""
    return quote(request.scope["path"])


def invalid(parameter: str, detail: str, suggestion: str | None = None) -> ProblemError:
    """Give the 422 for one parameter, which `detail` names."""
    return invalid_all([_error(parameter, detail, suggestion)])


def invalid_all(errors: list[dict[str, str]]) -> ProblemError:
    """Give the 422 for several parameters at once."""
    return ProblemError(422, " ".join(error["detail"] for error in errors), errors=errors)


def unknown(parameter: str, value: str, known: Collection[str]) -> ProblemError:
    """Give the 422 for a value that `parameter` does not have, with the nearest that it does."""
    parts = value.split(",")
    if len(parts) > 1 and all(part.strip() in known for part in parts):
        detail = f"{echo(value)} is no value of {parameter}: repeat it, once for each value."
        return invalid(parameter, detail)
    suggestion = nearest(value, known)
    ending = hint(suggestion, known)
    if ending == "." and parameter in LISTED:
        ending = f"; {LISTED[parameter]}."
    return invalid(parameter, f"{echo(value)} is no value of {parameter}{ending}", suggestion)


def unknown_parameters(names: list[str], known: Collection[str], path: str) -> ProblemError:
    """Give the 422 for parameters that a path does not have, with the nearest that it does."""
    errors = []
    for name in names:
        near = nearest(name, known)
        detail = f"{echo(name)} is no parameter of {path}{hint(near, known)}"
        errors.append(_error(name[:80], detail, near))
    return invalid_all(errors)


def unexpected() -> ProblemError:
    """Give the answer to what nobody foresaw."""
    return ProblemError(
        500, "The API failed unexpectedly; its log has the cause. Please try later."
    )


def nearest(text: str, known: Collection[str]) -> str | None:
    """Give what was probably meant."""
    by_folded = {name.casefold(): name for name in known}
    folded = text[:LONGEST_ECHO].casefold()
    found = difflib.get_close_matches(folded, by_folded, n=1)
    begun = sorted(name for name in by_folded if len(folded) > 1 and name.startswith(folded))
    return by_folded[(found or begun)[0]] if found or begun else None


def hint(suggestion: str | None, known: Collection[str]) -> str:
    """End a sentence with the nearest, or with all that are known."""
    if suggestion:
        return f"; did you mean {suggestion}?"
    if 0 < len(known) <= MOST_LISTED:
        return f"; known {'is' if len(known) == 1 else 'are'} {', '.join(sorted(known))}."
    return "."


def echo(value: object) -> str:
    """Quote what was sent, harmless and short."""
    text = repr(str(value))  # leaves what can be printed as it is, and nothing else
    return text if len(text) <= LONGEST_ECHO else f"{text[:LONGEST_ECHO]}...'"


def _error(parameter: str, detail: str, suggestion: str | None) -> dict[str, str]:
    error = {"parameter": parameter, "detail": detail}
    return error | {"suggestion": suggestion} if suggestion else error


def _of_validation(error: RequestValidationError) -> ProblemError:
    errors = []
    for item in error.errors():
        name, context = str(item["loc"][1]), item.get("ctx", {})
        # What follows the comma tells of the parser, not of what to write; so does a pattern.
        wanted = str(item["msg"]).removeprefix("Input ").removeprefix("String ")
        wanted = wanted.split(", unable")[0]
        if "pattern" in context:
            wanted = f"is not of the form that /docs shows for {name}"
        expected = [word.strip("'") for word in str(context.get("expected", "")).split(" or ")]
        words = [word.strip("'") for part in expected for word in part.split("', '")]
        suggestion = nearest(str(item["input"]), words) if context.get("expected") else None
        tail = f"; did you mean {suggestion}?" if suggestion else "."
        detail = f"{name} is {echo(item['input'])}: it {wanted[0].lower()}{wanted[1:]}{tail}"
        errors.append(_error(name, detail, suggestion))
    return invalid_all(errors)


def _of_http(app: FastAPI, error: HTTPException, request: Request) -> ProblemError:
    paths = app.openapi()["paths"]
    if error.status_code == 404:
        asked = str(request.scope["path"])  # a URL leaves out line ends
        near = difflib.get_close_matches(asked[:LONGEST_ECHO].casefold(), paths, 1, NEAR_PATHS)
        tail = f"did you mean {near[0]}?" if near else "/docs lists the paths that there are."
        return ProblemError(404, f"There is nothing at {echo(asked)}; {tail}")
    if error.status_code == 405:
        allowed = (error.headers or {}).get("Allow", "GET").replace("GET", "GET, HEAD")
        detail = f"This path answers {allowed}, not {request.method}."
        return ProblemError(405, detail, headers={"Allow": allowed})
    return ProblemError(error.status_code, str(error.detail), headers=error.headers)


def install(app: FastAPI) -> None:
    """Make every failure that `app` foresees answer with a problem; `Observed` minds the rest."""

    async def on_problem(request: Request, error: Exception) -> Response:
        assert isinstance(error, ProblemError)
        return error.response(request)

    async def on_validation(request: Request, error: Exception) -> Response:
        assert isinstance(error, RequestValidationError)
        return _of_validation(error).response(request)

    async def on_http(request: Request, error: Exception) -> Response:
        assert isinstance(error, HTTPException)
        return _of_http(app, error, request).response(request)

    app.add_exception_handler(ProblemError, on_problem)
    app.add_exception_handler(RequestValidationError, on_validation)
    app.add_exception_handler(HTTPException, on_http)
