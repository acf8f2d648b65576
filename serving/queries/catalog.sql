with tests as (
    select
        model,
        json_agg(
            json_build_object(
                'name', test_name,
                'column', column_name,
                'description', description,
                'status', status,
                'failures', failures,
                'run_at', run_at
            )
            order by test_name
        ) as tests
    from marts.quality_tests
    group by model
)

select
    pg_class.relname as name,
    case when pg_class.relkind in ('v', 'm') then 'view' else 'table' end as kind,
    obj_description(pg_class.oid, 'pg_class') as description,
    case when pg_class.reltuples >= 0 and pg_class.relkind <> 'v' then pg_class.reltuples::bigint end
        as rows_estimate,
    columns.columns,
    coalesce(tests.tests, '[]') as tests
from pg_class
-- One relation after the other: the catalogs of the database have thousands of columns.
cross join lateral (
    select
        json_agg(
            json_build_object(
                'name', attname,
                'type', format_type(atttypid, null),
                'is_nullable', not attnotnull,
                'description', col_description(attrelid, attnum)
            )
            order by attnum
        ) as columns
    from pg_attribute
    where attrelid = pg_class.oid and attnum > 0 and not attisdropped
) as columns
left join tests on pg_class.relname = tests.model
where
    pg_class.relnamespace = 'marts'::regnamespace
    and pg_class.relkind in ('r', 'v', 'm', 'p', 'f')
    and has_table_privilege(pg_class.oid, 'select')
    and columns.columns is not null
order by pg_class.relname
