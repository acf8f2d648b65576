"""Pages of other sites that may ask in a browser: what they may send and what they may read."""

from collections.abc import Collection

from fastapi.middleware.cors import CORSMiddleware
from starlette.datastructures import Headers
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Scope, Send

from serving.errors import ProblemError

SENT = ("Authorization", "If-None-Match", "X-Request-ID")
# What a page needs beside the body; a browser shows it nothing else.
READ = (
    "Allow", "Content-Disposition", "Data-As-Of", "Data-Version", "ETag", "Granularity", "Link",
    "Location", "Retry-After", "Total-Count", "WWW-Authenticate", "X-Request-ID",
)  # fmt: skip


class CrossOrigin(CORSMiddleware):
    """Starlette's middleware, which would tell in plain text what it refuses."""

    def __init__(self, app: ASGIApp, origins: Collection[str]) -> None:
        super().__init__(
            app, allow_origins=sorted(origins), allow_methods=["GET", "HEAD", "POST"],
            allow_headers=SENT, expose_headers=READ,
        )  # fmt: skip

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a browser that asks beforehand; let all else pass."""
        try:
            await super().__call__(scope, receive, send)
        except ProblemError as problem:
            await problem.response(Request(scope))(scope, receive, send)

    def preflight_response(self, request_headers: Headers) -> Response:
        """Give the browser leave; raises the 400 that says why not."""
        response = super().preflight_response(request_headers)
        if response.status_code == 200:
            return response
        detail = (
            f"{bytes(response.body).decode()}: pages of DWELLHOUSE_API_CORS_ORIGINS may ask, "
            f"by {', '.join(self.allow_methods)} and with the headers {', '.join(SENT)}."
        )
        raise ProblemError(400, detail, headers={"Vary": response.headers["Vary"]})
