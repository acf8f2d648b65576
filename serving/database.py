"""Pools of connections, and what their failures mean to the caller."""

import logging
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import TypeVar

import psycopg
from psycopg import errors
from psycopg_pool import AsyncConnectionPool, PoolTimeout

from serving.errors import ProblemError
from serving.momentary import Momentary
from serving.queries.published import Version, begin, begin_with_ledger
from serving.queries.statements import Connection
from serving.settings import ServingSettings

QUICK_SECONDS = 0.1
PATIENT_SECONDS = 1.0
CONNECT_SECONDS = 2
PROBE_SECONDS = 0.5
ACCESS_CONNECTIONS = 2
Result = TypeVar("Result")

log = logging.getLogger("dwellhouse.api")

UNREADABLE = (errors.UndefinedTable, errors.UndefinedColumn, errors.InsufficientPrivilege,
              errors.InvalidSchemaName)  # fmt: skip


class Database:
    """The warehouse as one role sees it; it may be down, restarted or moved at any time."""

    def __init__(
        self, url: Callable[[], str], *, statement_seconds: float, size: int, is_read_only: bool
    ) -> None:
        options = {
            "default_transaction_read_only": "on" if is_read_only else "off",
            # A statement of its own takes its snapshot once its tables are locked, not before.
            "default_transaction_isolation": r"read\ committed",
            "statement_timeout": f"{statement_seconds * 1000:.0f}",
            "timezone": "UTC",
            "work_mem": "32MB",
        }
        self._url = url
        self._statement_seconds = statement_seconds
        self._answering = Momentary(self._require_answer, PROBE_SECONDS)
        self._pool = AsyncConnectionPool(
            # Read at each connect: a stack that starts anew may have another address.
            conninfo=url,
            kwargs={
                # One statement sees one state, also while a build swaps tables underneath.
                "autocommit": True,
                # A statement that was prepared before a table was swapped fails after it.
                "prepare_threshold": None,
                "connect_timeout": CONNECT_SECONDS,
                "application_name": "dwellhouse-api",
                "options": " ".join(f"-c {name}={value}" for name, value in options.items()),
            },
            min_size=1,
            max_size=size,
            timeout=CONNECT_SECONDS,
            # A short patience, for a request starts the next attempt; a long one backs off.
            reconnect_timeout=CONNECT_SECONDS,
            open=False,
        )

    @classmethod
    def of_marts(cls, settings: ServingSettings) -> "Database":
        """Give the marts, as the role that reads them."""
        return cls(
            settings.reader_url, statement_seconds=settings.api_statement_timeout_seconds,
            size=settings.api_pool_size, is_read_only=True,
        )  # fmt: skip

    @classmethod
    def of_access(cls, settings: ServingSettings) -> "Database":
        """Give the keys and the record of requests, as the role that minds them."""
        return cls(
            settings.gatekeeper_url, statement_seconds=settings.api_statement_timeout_seconds,
            size=ACCESS_CONNECTIONS, is_read_only=False,
        )  # fmt: skip

    @asynccontextmanager
    async def opened(self) -> AsyncIterator[None]:
        """Connect for the length of a block; does not wait for a database that is down."""
        await self._pool.open(wait=False)
        try:
            yield
        finally:
            await self._pool.close()

    @asynccontextmanager
    async def connection(self) -> AsyncIterator[Connection]:
        """Lend a connection; its failures become problems."""
        async with self._begun(AsyncConnectionPool.check_connection) as (connection, _):
            yield connection

    @asynccontextmanager
    async def one_state(self) -> AsyncIterator[tuple[Connection, Version | None]]:
        """Lend a connection that sees one state of the marts, and the version that it is of."""
        async with self._begun(begin) as (connection, version):
            yield connection, version

    @asynccontextmanager
    async def ledger_state(self) -> AsyncIterator[tuple[Connection, Version | None]]:
        """Lend the same for the ledger of loads, for which no mart needs to be there."""
        async with self._begun(begin_with_ledger) as (connection, version):
            yield connection, version

    async def asked(self, ask: Callable[[Connection], Awaitable[Result]]) -> Result:
        """Give what one statement tells, which sees one state of whatever it reads."""
        async with self._begun(ask) as (_, result):
            return result

    def load(self) -> dict[str, int]:
        """Give what the pool counts: `pool_size`, `pool_available`, `requests_waiting` and more."""
        return dict(self._pool.get_stats())

    @asynccontextmanager
    async def _begun(
        self, first: Callable[[Connection], Awaitable[Result]]
    ) -> AsyncIterator[tuple[Connection, Result]]:
        """Lend a connection that `first` went through on: those from before a restart do not."""
        try:
            while True:
                connection = await self._lent()
                try:
                    async with connection:
                        if (result := await _tried(connection, first)) is None:
                            continue
                        yield connection, result[0]
                        return
                finally:
                    await self._pool.putconn(connection)
        except psycopg.Error as error:
            problem = _problem(error)
            if problem is None:
                raise
            if problem.status >= 500:
                # The caller is told what to do; what the database said is for the operator.
                failure = {"status": problem.status, "cause": f"{type(error).__name__}: {error}"}
                log.warning("The database could not answer a request", extra=failure)
            raise problem from error

    async def _lent(self) -> Connection:
        give_up_at = time.monotonic() + self._statement_seconds
        patience = QUICK_SECONDS
        while True:
            try:
                return await self._pool.getconn(patience)
            except PoolTimeout:
                if time.monotonic() > give_up_at:
                    raise
            # All are in use, or there is no server: then nobody needs to wait to hear of it. It
            # may also have gone just after it last answered, so it is asked again meanwhile.
            await self._answering.get()
            patience = PATIENT_SECONDS

    async def _require_answer(self) -> None:
        """Raise OperationalError if the server is not there."""
        try:
            url = self._url()
        except FileNotFoundError as error:
            raise psycopg.OperationalError(str(error)) from error
        probe = await psycopg.AsyncConnection.connect(url, connect_timeout=CONNECT_SECONDS)
        await probe.close()


async def _tried(
    connection: Connection, first: Callable[[Connection], Awaitable[Result]]
) -> tuple[Result] | None:
    """Give the result of `first`; None if the connection turned out to be broken."""
    try:
        return (await first(connection),)
    except psycopg.OperationalError:
        if not connection.closed:
            raise
        return None


def _problem(error: psycopg.Error) -> ProblemError | None:
    match error:
        case errors.QueryCanceled():
            return too_slow()
        case errors.ProgramLimitExceeded():
            return ProblemError(
                422, "The answer is larger than the database can make; ask for fewer rows by limit."
            )
        case psycopg.DataError():
            return ProblemError(422, "The warehouse cannot hold a value of this request.")
        case psycopg.OperationalError() | psycopg.InterfaceError():
            return away()
    if isinstance(error, UNREADABLE):
        return unreadable()
    return None


def too_slow() -> ProblemError:
    """Give the answer to a query that was given up."""
    return ProblemError(504, "The query took too long; ask for a shorter range or fewer cameras.")


def away() -> ProblemError:
    """Give the answer of a database that cannot be reached."""
    detail = (
        "The database is stopped or busy; try again in a moment. "
        "If it stays so, see `dwellhouse status` and `dwellhouse doctor`."
    )
    return ProblemError(503, detail)


def unreadable() -> ProblemError:
    """Give the answer of marts that are not those this API knows, as before an upgrade's build."""
    detail = (
        "The tables of this answer are not built yet, or were built by another version of "
        "Dwellhouse. Start the stack with `make up` and try again once `dwellhouse status --wait` "
        "returns; if it stays so, the API's log has the cause."
    )
    return ProblemError(503, detail)


def unpublished() -> ProblemError:
    """Give the answer of a warehouse that has nothing to show yet."""
    detail = (
        "No data is published yet. Start the stack with `make up`, drop a file into landing/ "
        "and try again once `dwellhouse status --wait` returns."
    )
    return ProblemError(503, detail)
