"""Uploads: how a body becomes a file in the landing folder, and what became of it since."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from fastapi import Request
from starlette.requests import ClientDisconnect

from serving.choices import UploadStatus
from serving.database import Database
from serving.errors import ProblemError, invalid
from serving.exchange import exchange_of
from serving.front.limits import CLOSE
from serving.queries.loads import load_of_content
from serving.queries.uploads import Upload, add_upload, database_clock, latest_upload
from serving.uploading.form_file import FormFile
from serving.uploading.landing import PartFile, checked_name

MOST_AT_ONCE = 16
# What a form adds to its file: boundaries, headers, small fields.
FORM_BYTES = 64 * 1024


@dataclass(frozen=True)
class Followed:
    """What became of an upload; status `removed`: the file left the landing folder unloaded."""

    upload: Upload
    status: UploadStatus
    load_id: int | None


class Uploads:
    """Takes uploads in, a few at a time."""

    def __init__(
        self, marts: Database, access: Database, landing: Path, most_bytes: int
    ) -> None:  # fmt: skip
        self._marts = marts
        self._access = access
        self._landing = landing
        self._most_bytes = most_bytes
        self._coming_in = 0
        # Equal contents that end at one moment take turns, so that the second meets the first.
        self._placing = asyncio.Lock()

    async def take(self, request: Request, name: str | None) -> tuple[Followed, bool]:
        """Take the body of a request in; gives what to follow, and whether it is new."""
        async with self._turn(), PartFile(self._landing) as part:
            form = _form_of(request)
            if name is not None:
                checked_name(name)
            await self._receive(request, form, part)
            wanted = checked_name(_name(name, form))
            if part.size == 0:
                raise ProblemError(422, "The file is empty; nothing was uploaded.")
            async with self._placing:
                earlier = await self.followed(part.sha256)
                if earlier and earlier.status in ("waiting", "loading", "loaded"):
                    return earlier, False
                return await self._put(part, wanted, exchange_of(request.scope).key_id), True

    async def followed(self, sha256: str) -> Followed | None:
        """Give what became of a content, None where it neither came in here nor is loaded."""
        async with self._access.connection() as connection:
            upload = await latest_upload(connection, sha256)
        # The folder first: a file that leaves it is a load by then.
        is_there = upload is not None and (self._landing / upload.file_name).exists()
        since = upload.received_at if upload else None
        async with self._marts.connection() as connection:
            load = await load_of_content(connection, sha256, since)
        if load:
            known = upload or Upload(sha256, load.file_name, load.bytes, load.started_at)
            return Followed(known, load.status, load.load_id)
        if upload is None:
            return None
        return Followed(upload, "waiting" if is_there else "removed", None)

    @asynccontextmanager
    async def _turn(self) -> AsyncIterator[None]:
        if self._coming_in >= MOST_AT_ONCE:
            detail = f"{MOST_AT_ONCE} uploads come in already; try again in a moment."
            raise ProblemError(503, detail, headers={"Retry-After": "5", **CLOSE})
        self._coming_in += 1
        try:
            yield
        finally:
            self._coming_in -= 1

    async def _receive(self, request: Request, form: FormFile | None, part: PartFile) -> None:
        most = self._most_bytes + (FORM_BYTES if form else 0)
        if int(request.headers.get("content-length", 0)) > most:
            raise too_large(self._most_bytes)
        received = 0
        try:
            async for data in request.stream():
                received += len(data)
                for piece in form.found_in(data) if form else [data]:
                    await part.write(piece)
                if part.size > self._most_bytes or received > most:
                    raise too_large(self._most_bytes)
        except ClientDisconnect:
            raise broken_off() from None
        if form:
            form.require_whole()
        await part.flush()

    async def _put(self, part: PartFile, wanted: str, key_id: str | None) -> Followed:
        async with self._access.connection() as connection:
            # Before the file can be seen: its load begins later.
            received_at = await database_clock(connection)
            name = await part.place(wanted)
            upload = Upload(part.sha256, name, part.size, received_at)
            await add_upload(connection, upload, key_id)
        return Followed(upload, "waiting", None)


def broken_off() -> ProblemError:
    """Give the 400 for a body that ends too early."""
    return ProblemError(400, "The upload broke off; nothing of it is kept.")


def too_large(most_bytes: int) -> ProblemError:
    """Give the 413 for a file of more bytes."""
    detail = (
        f"The file has more than {most_bytes:,} bytes, the most of an upload "
        "(DWELLHOUSE_API_MAX_UPLOAD_BYTES); split it, or compress it as .csv.gz."
    )
    return ProblemError(413, detail, headers=CLOSE)


def encoded() -> ProblemError:
    """Give the 415 for a body that is compressed on the way."""
    detail = "Send the file as it is, without Content-Encoding; .csv.gz may be uploaded."
    return ProblemError(415, detail, headers=CLOSE)


def sent_as_json() -> ProblemError:
    """Give the 415 for a body that says of itself that it is no file of events."""
    detail = (
        "The body is JSON. Send the file itself to /v1/uploads?name=FILE.csv, as text/csv or "
        "application/gzip, or a form with one file."
    )
    return ProblemError(415, detail, headers=CLOSE)


def _form_of(request: Request) -> FormFile | None:
    if request.headers.get("content-encoding", "identity") != "identity":
        raise encoded()
    content_type = request.headers.get("content-type", "")
    if content_type.partition(";")[0].strip().lower().endswith(("/json", "+json")):
        raise sent_as_json()
    is_form = content_type.lower().startswith("multipart/form-data")
    return FormFile(content_type) if is_form else None


def _name(given: str | None, form: FormFile | None) -> str:
    name = given or (form.name if form else None)
    if not name:
        raise invalid("name", "The file needs a name: add ?name=visits.csv to the address.")
    return name
