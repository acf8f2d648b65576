{{ config(unlogged=true) }}

with touched as (
    {{ weeks_of(ref('int_site_days_touched')) }}
),

sites as (
    {{ located_sites() }}
),

persons as (
    select distinct
        daily.person_id,
        daily.site_id
    from {{ touched_rows(ref('agg_person_daily'), 'daily', 'bucket_start') }}
),

firsts as (
    {%- if is_partial() %}
    select
        persons.person_id,
        persons.site_id,
        earliest.bucket_start as day_start,
        earliest.local_date,
        earliest.first_event_at
    from persons
    cross join lateral (
        select
            daily.bucket_start,
            daily.local_date,
            daily.first_event_at
        from {{ ref('agg_person_daily') }} as daily
        where
            daily.person_id = persons.person_id
            and daily.site_id = persons.site_id
            and daily.events > 0
        order by daily.bucket_start
        limit 1
    ) as earliest
    {%- else %}
    select distinct on (person_id, site_id)
        person_id,
        site_id,
        bucket_start as day_start,
        local_date,
        first_event_at
    from {{ ref('agg_person_daily') }}
    where events > 0
    order by person_id, site_id, bucket_start
    {%- endif %}
),

found as (
    select
        firsts.person_id,
        firsts.site_id,
        {{ hour_start('firsts.first_event_at', 'sites') }} as hour_start,
        firsts.day_start,
        {{ day_start(monday('firsts.local_date'), 'sites.timezone') }} as week_start
    from firsts
    inner join sites on firsts.site_id = sites.site_id
)

select * from found
