{{ config(
    touched={'by': 'int_site_days_touched', 'keys': ['site_id'], 'at': 'bucket_start'},
) }}

with touched as (
    select * from {{ ref('int_site_days_touched') }}
),

attended as (
    select
        hours.site_id,
        hours.day_start as bucket_start,
        hours.person_block,
        min(hours.local_date) as local_date,
        bit_or(hours.seen_persons) as seen_persons,
        bit_or(hours.stayed_persons) as stayed_persons
    from {{ touched_rows(ref('agg_attendance_hourly'), 'hours', 'bucket_start') }}
    group by hours.day_start, hours.site_id, hours.person_block
)

select * from attended
{{ laid_out_by('bucket_start') }}
