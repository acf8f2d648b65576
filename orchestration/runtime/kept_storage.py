"""What all storages of Dagster's history do: keep connections open, and remember the schema.

Dagster's own connect anew for each statement, look at their start which tables there are, and ask
for their columns again for each asset: the tables may be migrated while they run. Ours are not.
"""

from collections.abc import Callable
from typing import ClassVar

from sqlalchemy import Engine, Table, text

from orchestration.runtime.kept_connections import kept_connections

# Each worker asks, before its load and its build: all columns of a table by SQLAlchemy's inspector
# would be a fiftieth of a drop.
HAS_COLUMNS = text("""
select count(*) = cardinality(:names)
from pg_attribute
where attrelid = to_regclass(:table) and attname = any (:names) and not attisdropped
""")


class KeepsConnections:
    """What the three storages have in common."""

    postgres_url: str
    _engine: Engine
    _seen: ClassVar[dict[tuple[str, str], bool]] = {}

    def __init__(self, postgres_url: str, *, makes_tables: bool) -> None:
        super().__init__(postgres_url, makes_tables)  # type: ignore[call-arg]
        self._engine = kept_connections(postgres_url)

    def optimize_for_webserver(
        self, statement_timeout: int, pool_recycle: int, max_overflow: int
    ) -> None:
        """Limit statements; Dagster's own would give up to notice a restart of the server."""
        self._engine.dispose()
        self._engine = kept_connections(self.postgres_url, statement_timeout)

    def _remembered(self, what: str, look: Callable[[], bool]) -> bool:
        """Look once what tables and columns there are: no process outlives a migration of them."""
        known = self.postgres_url, what
        if known not in self._seen:
            self._seen[known] = look()
        return self._seen[known]

    def _has_columns(self, table: Table, *names: str) -> bool:
        """Look once whether a table has these columns, and at no more of the catalog than that."""

        def look() -> bool:
            with self._engine.connect() as connection:
                asked = {"table": table.name, "names": list(names)}
                return bool(connection.execute(HAS_COLUMNS, asked).scalar())

        return self._remembered(f"columns {names} of {table}", look)

    def dispose(self) -> None:
        """Close all connections: the code server has an instance for each tick of a sensor."""
        super().dispose()  # type: ignore[misc]
        self._engine.dispose()
