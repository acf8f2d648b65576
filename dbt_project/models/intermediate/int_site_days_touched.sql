{{ config(unlogged=true) }}

with cameras as (
    select * from {{ ref('int_cameras_located') }}
),

sites as (
    {{ located_sites() }}
),

arrived as (
    select
        arrived.person_id,
        cameras.site_id,
        arrived.camera_id,
        arrived.event_type,
        arrived.event_at
    from {{ ref('int_events_arrived') }} as arrived
    inner join cameras on arrived.camera_id = cameras.camera_id
),

visits as (
    select * from {{ ref('int_visits_touched') }}
),

events as (
    select * from {{ ref('int_events_deduplicated') }}
),

first_arrivals as (
    select
        person_id,
        site_id,
        min(event_at) as event_at
    from arrived
    group by person_id, site_id
),

-- Who has been at the site before is no newcomer: what is counted of an earlier instant did not
-- arrive, for nothing that arrives is earlier.
newcomers as (
    select first_arrivals.*
    from first_arrivals
    {%- if is_partial() %}
    left join lateral (
        select min(daily.first_event_at) as first_event_at
        from {{ left_by_last_build('agg_person_daily') }} as daily
        where
            daily.person_id = first_arrivals.person_id
            and daily.site_id = first_arrivals.site_id
    ) as counted on true
    where counted.first_event_at >= first_arrivals.event_at or counted.first_event_at is null
    {%- endif %}
),

-- Where a person was new until an earlier event came. A published event that arrives once more is
-- touched itself, so those that did not arrive are enough.
known as (
    select
        events.person_id,
        cameras.site_id,
        min(events.event_at) as event_at
    from (select distinct person_id from newcomers) as persons
    {%- if is_partial() %}
    cross join lateral {{ looked_up(
        ref('int_events_deduplicated'), ['person_id'], none, by='persons'
    ) }} as events
    {%- else %}
    inner join events on persons.person_id = events.person_id
    {%- endif %}
    inner join cameras on events.camera_id = cameras.camera_id
    left join arrived
        on
            events.person_id = arrived.person_id
            and events.camera_id = arrived.camera_id
            and events.event_type = arrived.event_type
            and events.event_at = arrived.event_at
    where arrived.person_id is null
    group by events.person_id, cameras.site_id
),

former_firsts as (
    select
        known.site_id,
        known.event_at
    from newcomers
    inner join known using (person_id, site_id)
    where known.event_at > newcomers.event_at
),

spans as (
    select
        site_id,
        reach_from as span_from,
        reach_until as span_until
    from visits
    union all
    -- By the hour: calendar arithmetic costs more than to find the first and the last of it.
    select
        site_id,
        min(event_at) as span_from,
        max(event_at) as span_until
    from arrived
    group by site_id, date_bin('1 hour', event_at, {{ whole_since() }})
    union all
    select
        site_id,
        event_at as span_from,
        event_at as span_until
    from former_firsts
),

days as (
    select distinct
        sites.site_id,
        sites.timezone,
        dates.local_date::date as local_date
    from spans
    inner join sites on spans.site_id = sites.site_id
    cross join lateral generate_series(
        {{ bucket_date('spans.span_from', 'sites') }},
        {{ bucket_date('spans.span_until', 'sites') }},
        interval '1 day'
    ) as dates (local_date)
),

touched as (
    select {{ touched_day() }}
    from days
)

-- Who crosses the date line skips a date (Apia in 2011): it begins when the next one does, whose
-- rows would be joined twice.
select * from touched
where touched_from < touched_until
