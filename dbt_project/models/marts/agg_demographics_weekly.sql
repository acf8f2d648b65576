{{ config(
    touched={'by': 'int_group_weeks_touched', 'keys': ['site_id'], 'at': 'bucket_start'},
) }}

{{ demographic_buckets('week') }}
