-- Ends the session that holds a content, unless a load of it has given a sign of life lately: its
-- transaction is rolled back by that, so the process cannot commit when it wakes up. A load that has
-- ended still has its file to move.
select pg_terminate_backend(pid)
from pg_locks
where
    locktype = 'advisory'
    and database = (select oid from pg_database where datname = current_database())
    and classid::bigint = %(high)s
    and objid::bigint = %(low)s
    and objsubid = 1
    and granted
    and pid <> pg_backend_pid()
    and not exists (
        select
        from raw.loads
        where
            sha256 = %(sha256)s
            and greatest(started_at, progress_at, finished_at)
            > clock_timestamp() - make_interval(secs => %(stalled_seconds)s)
    )
