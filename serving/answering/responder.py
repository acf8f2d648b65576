"""Data put into answers: what is told around it, and in which format."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from urllib.parse import quote, urlencode

from fastapi import Request, Response

from serving.answering.cursors import Cursor, encode
from serving.answering.encoders import Types, encoder
from serving.answering.formats import MEDIA_TYPES, Format, asked_format, plain_path
from serving.answering.instants import as_json, instant
from serving.exchange import exchange_of
from serving.pagination import PageRequest
from serving.queries.listing import Found
from serving.queries.published import Version


@dataclass(frozen=True)
class Responder:
    """Puts data into answers to one request, from one version."""

    request: Request
    version: Version | None
    headers: dict[str, str] = field(default_factory=lambda: {"Cache-Control": "no-store"})

    @property
    def as_of(self) -> datetime | None:
        """The data clock."""
        return self.version.as_of if self.version else None

    def answer(self, data: object, **more: object) -> Response:
        """Give `data` in its envelope."""
        exchange_of(self.request.scope).rows = len(data) if isinstance(data, list) else 1
        return self._enveloped(as_json(data), more)

    def single(self, types: Types, row: Mapping[str, object]) -> Response:
        """Give one thing; as a file it is one row, with the members of what is no column."""
        if asked_format(self.request) is Format.JSON:
            return self.answer(row)
        return self.records(types, [dict(_flat(row, types))])

    def records(
        self, types: Types, rows: Sequence[Mapping[str, object]], **more: object
    ) -> Response:
        """Give rows in the format that is asked for."""
        return self.table(types, [as_json(row).decode() for row in rows], **more)

    def table(self, types: Types, texts: Sequence[str], **more: object) -> Response:
        """Give rows, each as JSON, in the format that is asked for."""
        exchange_of(self.request.scope).rows = len(texts)
        form = asked_format(self.request)
        if form is Format.JSON:
            return self._enveloped(f"[{','.join(texts)}]".encode(), more)
        return self._encoded(form, types, texts)

    def found(
        self, asked: PageRequest, found: Found, clock: datetime | None, **more: object
    ) -> Response:
        """Give a page that has been read, and where to go on."""
        form = asked_format(self.request)
        exchange_of(self.request.scope).rows = found.count
        following = encode(Cursor(found.last, clock), asked.place) if found.last else None
        if following:
            self.headers["Link"] = f'<{_next_page(self.request, following)}>; rel="next"'
        if form is Format.JSON:
            return self._enveloped(found.array, {"next": following, **more})
        return self._encoded(form, asked.page.types, found.texts)

    def _encoded(self, form: Format, types: Types, texts: Sequence[str]) -> Response:
        writer = encoder(form, types)
        body = writer.start() + writer.rows(texts) + writer.end()
        return self._given(body, form, self.file_headers(form))

    def _enveloped(self, data: bytes, more: dict[str, object]) -> Response:
        number = self.version.number if self.version else None
        rest = as_json({"data_version": number, "as_of": self.as_of} | more)
        body = b"".join((b'{"data":', data, b",", rest[1:]))
        return self._given(body, Format.JSON, self._all_headers())

    def _given(self, body: bytes, form: Format, headers: dict[str, str]) -> Response:
        """Give the answer to the canonical query at this version: the one place where it is."""
        return Response(body, 200, headers, MEDIA_TYPES[form])

    def _all_headers(self) -> dict[str, str]:
        version_headers = {
            "Data-Version": str(self.version.number) if self.version else "",
            "Data-As-Of": instant(self.as_of) if self.as_of else "",
        }
        return {**self.headers, **{name: text for name, text in version_headers.items() if text}}

    def file_headers(self, form: Format) -> dict[str, str]:
        """Give the headers of an answer that is saved as a file."""
        name = quote(plain_path(self.request).rpartition("/")[2])  # an id is any text
        return {
            **self._all_headers(),
            "Content-Disposition": f'attachment; filename="{name}.{form}"',
        }


def _flat(
    members: Mapping[str, object], types: Types, prefix: str = ""
) -> Iterator[tuple[str, object]]:
    for name, value in members.items():
        if isinstance(value, Mapping) and prefix + name not in types:
            yield from _flat(value, types, f"{prefix}{name}_")
        else:
            yield prefix + name, value


def _next_page(request: Request, cursor: str) -> str:
    """Give the same address with another cursor; `request.url` would cost more than all of it."""
    asked = [pair for pair in request.query_params.multi_items() if pair[0] != "cursor"]
    return f"{quote(request.scope['path'])}?{urlencode([*asked, ('cursor', cursor)])}"
