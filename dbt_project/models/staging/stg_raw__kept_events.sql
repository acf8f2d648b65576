select
    load_id,
    {{ cleaned_event() }}
from {{ source('raw', 'kept_events') }}
