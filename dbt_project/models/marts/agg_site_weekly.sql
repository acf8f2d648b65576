{{ config(
    touched={
        'by': 'int_site_days_touched', 'keys': ['site_id'], 'at': 'bucket_start',
        'from': 'week_start', 'until': 'week_end',
    },
) }}

{{ place_buckets('site', 'week') }}
