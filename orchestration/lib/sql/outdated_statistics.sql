-- Tables whose statistics are off by more than a fifth, this transaction included. Its end counts at
-- once: a moment later, it would count as done after the tables were analyzed.
select
    schemaname,
    relname
from pg_stat_user_tables
cross join pg_stat_force_next_flush()
where
    schemaname in ('intermediate', 'marts')
    and n_mod_since_analyze
    + pg_stat_get_xact_tuples_inserted(relid)
    + pg_stat_get_xact_tuples_updated(relid)
    + pg_stat_get_xact_tuples_deleted(relid)
    > 1000 + n_live_tup / 5
order by schemaname, relname
