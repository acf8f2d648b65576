{{ config(
    touched={'by': 'int_group_days_touched', 'keys': ['site_id'], 'at': 'bucket_start'},
) }}

{{ demographic_buckets('hour') }}
