select
    relname,
    relkind
from pg_class
where relnamespace = %(schema)s::regnamespace and relkind in ('r', 'v')
order by relname collate "C"
