{{ config(
    touched={'by': 'int_site_days_touched', 'keys': ['site_id'], 'at': 'bucket_start'},
) }}

{{ place_buckets('camera', 'hour') }}
