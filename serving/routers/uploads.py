"""Files that come in through the API."""

from dataclasses import asdict
from typing import Annotated

from fastapi import APIRouter, Path, Query, Request, Response

from serving.answering.answers import ledger
from serving.errors import ProblemError
from serving.routers.documented import NOT_FOUND, Responses, live_answers
from serving.schemas.loads import SHA
from serving.schemas.problems import Problem
from serving.schemas.uploads import UploadAnswer
from serving.uploading.uploads import Followed, Uploads

router = APIRouter(tags=["uploads"])
BYTES = {"schema": {"type": "string", "format": "binary"}}
FORM = {
    "type": "object",
    "required": ["file"],
    "properties": {
        "file": {
            "type": "string",
            "format": "binary",
            "description": "The file, .csv or .csv.gz, with its name",
        }
    },
}
BODY = {
    "requestBody": {
        "required": True,
        "description": "The file: as it is, with its name in `name`; or as a form with one file.",
        "content": {"text/csv": BYTES, "application/gzip": BYTES, "application/octet-stream": BYTES,
                    "multipart/form-data": {"schema": FORM}},
    }
}  # fmt: skip
TAKEN: Responses = {
    202: {"model": UploadAnswer, "description": "The file waits to be loaded"},
    **{
        status: {"model": Problem, "description": why}
        for status, why in {
            400: "The upload broke off", 408: "Nothing came for too long",
            409: "A file of that name and content is being loaded", 413: "The file is too large",
            415: "The body is compressed on the way, or JSON", 507: "The disk is full",
        }.items()
    },
}  # fmt: skip


@router.post(
    "/uploads", status_code=202, responses={**live_answers(UploadAnswer), **TAKEN},
    openapi_extra=BODY,
)  # fmt: skip
async def upload(
    request: Request,
    name: Annotated[
        str | None,
        Query(
            description="Name of the file, ending in .csv or .csv.gz; a form brings its own.",
            examples=["march.csv"],
        ),
    ] = None,
) -> Response:
    """Take a file in; content that came before is answered with what became of it, and 200."""
    uploads: Uploads = request.app.state.uploads
    followed, is_new = await uploads.take(request, name)
    response = await _answer(request, followed)
    if is_new:
        response.status_code = 202
    response.headers["Location"] = _url(followed)
    return response


@router.get("/uploads/{sha256}", responses={**live_answers(UploadAnswer), **NOT_FOUND})
async def uploaded(
    request: Request,
    sha256: Annotated[
        str,
        Path(
            pattern="^[0-9a-f]{64}$", description="Hash of the content (SHA-256).", examples=[SHA]
        ),
    ],
) -> Response:
    """Tell what became of an upload."""
    uploads: Uploads = request.app.state.uploads
    followed = await uploads.followed(sha256)
    if followed is None:
        raise ProblemError(404, "No file with this content has come in.")
    return await _answer(request, followed)


async def _answer(request: Request, followed: Followed) -> Response:
    load_url = f"/v1/loads/{followed.load_id}" if followed.load_id else None
    data = {
        **asdict(followed.upload),
        "status": followed.status,
        "load_id": followed.load_id,
        "url": _url(followed),
        "load_url": load_url,
    }
    async with ledger(request) as reading:
        return reading.answer(data)


def _url(followed: Followed) -> str:
    return f"/v1/uploads/{followed.upload.sha256}"
