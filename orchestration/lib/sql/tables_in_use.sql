select string_agg(distinct pg_class.relname, ', ' order by pg_class.relname)
from pg_locks
inner join pg_class on pg_locks.relation = pg_class.oid
where
    pg_class.relnamespace = 'marts'::regnamespace
    and pg_class.relkind = 'r'
    and pg_locks.granted
    and pg_locks.pid <> pg_backend_pid()
    and pg_locks.database = (select oid from pg_database where datname = current_database())
