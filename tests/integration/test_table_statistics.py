"""What the planner knows of tables that a build has added to."""

import psycopg

from orchestration.lib.building.table_statistics import outdated, renew
from orchestration.runtime.warehouse_urls import Warehouse

ORPHANS = """
insert into marts.fct_orphan_exits (event_id, person_id, camera_id, site_id, exit_at)
select gen_random_uuid(), 'p', 'c', 's', now() from generate_series(1, %s)
"""
KNOWN = "select reltuples::int from pg_class where oid = 'marts.fct_orphan_exits'::regclass"


def test_a_table_is_analyzed_once_a_fifth_of_it_has_changed(built_warehouse: Warehouse) -> None:
    with psycopg.connect(built_warehouse.transformer, autocommit=True) as connection:

        def known_after(rows: int) -> int:
            with connection.transaction():
                connection.execute(ORPHANS, [rows])
                changed = outdated(connection)
            renew(connection, changed)
            (known,) = connection.execute(KNOWN).fetchone() or (None,)
            return int(known)

        assert known_after(10_000) == 10_000
        assert known_after(1_000) == 10_000
        assert known_after(3_000) == 14_000
