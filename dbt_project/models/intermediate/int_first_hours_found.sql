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
    from {{ touched_rows(ref('int_person_days_counted'), 'daily', 'day_start') }}
),

firsts as (
    {%- if is_partial() %}
    select
        persons.person_id,
        persons.site_id,
        earliest.day_start,
        earliest.local_date,
        earliest.first_event_at
    from persons
    cross join lateral (
        select
            daily.day_start,
            daily.local_date,
            daily.first_event_at
        from {{ ref('int_person_days_counted') }} as daily
        where
            daily.person_id = persons.person_id
            and daily.site_id = persons.site_id
            and daily.events > 0
        order by daily.day_start
        limit 1
    ) as earliest
    {%- else %}
    select distinct on (person_id, site_id)
        person_id,
        site_id,
        day_start,
        local_date,
        first_event_at
    from {{ ref('int_person_days_counted') }}
    where events > 0
    order by person_id, site_id, day_start
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
