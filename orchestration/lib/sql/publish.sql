-- One statement, so that the disk is waited for once.
with
results as (
    select *
    from jsonb_to_recordset(%(tests)s)
        as tests (
            test_name text, model text, column_name text, description text, status text,
            failures bigint
        )
),

version as (
    insert into marts.data_versions (run_id, models, load_ids, data_clock_at)
    values (
        %(run_id)s,
        %(models)s,
        array(
            select load_id from intermediate.int_loads_pending
            except
            select unnest(load_ids) from marts.data_versions
            order by load_id
        ),
        (select data_clock_at from intermediate.int_data_clock)
    )
    returning version, load_ids
),

-- A partial build leaves out tests that stay true; other models have other tests.
removed as (
    delete from marts.quality_tests
    where
        version in (
            select version from marts.data_versions where models is distinct from %(models)s
        )
        and test_name not in (select test_name from results)
),

judged as (
    insert into marts.quality_tests
    select
        results.*,
        clock_timestamp() as run_at,
        version.version
    from results
    cross join version
    on conflict (test_name) do update set
        model = excluded.model,
        column_name = excluded.column_name,
        description = excluded.description,
        status = excluded.status,
        failures = excluded.failures,
        run_at = excluded.run_at,
        version = excluded.version
)

select version, load_ids from version
