{{ config(
    touched={
        'by': 'int_group_days_touched', 'keys': ['site_id'], 'at': 'bucket_start',
        'from': 'week_start', 'until': 'week_end',
    },
) }}

{{ demographic_buckets('week') }}
