-- Without common table expressions: through them Postgres could not look up the rows of a load, and
-- would read all that were ever loaded.
select
    load_id,
    line_number,
    event_at,
    person_id,
    camera_id,
    event_type,
    {{ null_if_unknown('age_group') }} as age_group,
    {{ null_if_unknown('gender') }} as gender,
    {{ null_if_blank('camera_name') }} as camera_name,
    {{ null_if_blank('zone') }} as zone,
    {{ null_if_blank('site_id') }} as site_id
from {{ source('raw', 'camera_events') }}
