insert into bench_typed
select
    "timestamp"::timestamptz,
    person_id,
    camera_id,
    event_type,
    zone,
    site_id
from bench_untyped
