"""The formats of tables, and which of them a request asks for."""

from enum import StrEnum

from fastapi import Request

from serving.errors import ProblemError, echo


class Format(StrEnum):
    """How an answer is written; the value is the suffix of the path."""

    JSON = "json"
    CSV = "csv"
    NDJSON = "ndjson"
    PARQUET = "parquet"


MEDIA_TYPES = {
    Format.JSON: "application/json",
    Format.CSV: "text/csv",
    Format.NDJSON: "application/x-ndjson",
    Format.PARQUET: "application/vnd.apache.parquet",
}
# What clients also say; */* and whatever is unknown mean JSON.
SPOKEN = {media_type: form for form, media_type in MEDIA_TYPES.items()} | {
    "application/csv": Format.CSV,
    "application/ndjson": Format.NDJSON,
    "application/jsonl": Format.NDJSON,
    "application/parquet": Format.PARQUET,
    "application/x-parquet": Format.PARQUET,
    "*/*": Format.JSON,
    "application/*": Format.JSON,
    "text/*": Format.CSV,
}


def asked_format(request: Request) -> Format:
    """Give the format of the path's suffix, else the one that `Accept` likes best, else JSON.

    Raises a 404 for another suffix.
    """
    suffix = request.path_params.get("suffix")
    if suffix is None:
        return accepted_format(request)
    if suffix in set(Format):
        return Format(suffix)
    *others, last = (f".{form}" for form in Format)
    raise ProblemError(
        404, f"There is no format {echo(suffix)}; use {', '.join(others)} or {last}."
    )


def accepted_format(request: Request) -> Format:
    """Give the format that `Accept` likes best, JSON where it has no opinion."""
    best, found = 0.0, Format.JSON
    for part in ",".join(request.headers.getlist("accept")).split(","):
        media_type, *settings = (word.strip().lower() for word in part.split(";"))
        weight = _weight(settings)
        if media_type in SPOKEN and weight > best:
            best, found = weight, SPOKEN[media_type]
    return found


def plain_path(request: Request) -> str:
    """Give the path without the suffix of a format."""
    path: str = request.scope["path"]
    suffix = request.path_params.get("suffix")
    return path.removesuffix(f".{suffix}") if suffix else path


def _weight(settings: list[str]) -> float:
    for setting in settings:
        name, _, value = setting.partition("=")
        if name.strip() == "q":
            try:
                return float(value)
            except ValueError:
                return 0.0
    return 1.0
