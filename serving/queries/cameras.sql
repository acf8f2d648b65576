select
    camera_id,
    site_id,
    category,
    first_event_at
from marts.dim_cameras
