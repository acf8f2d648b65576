-- Without common table expressions: through them Postgres could not look up the rows of a load, and
-- would read all that were ever loaded.
select
    load_id,
    line_number,
    {{ cleaned_event() }}
from {{ source('raw', 'camera_events') }}
