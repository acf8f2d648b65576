{{ config(unlogged=true) }}

with instants as (
    select * from {{ ref('int_instants_paired') }}
),

arrived as (
    select * from {{ ref('int_events_arrived') }}
),

cameras as (
    select * from {{ ref('int_cameras_located') }}
),

-- Where closed sessions can have come or gone: each begins at an entry and lies between two
-- neighbouring instants at most the longest session apart, or within one that is entry and exit. An
-- exit that has arrived may have cut one short.
changes as (
    select
        instants.person_id,
        cameras.site_id,
        instants.event_at as changed_from,
        case
            when instants.next_at - instants.event_at <= {{ max_session() }} then instants.next_at
            else instants.event_at
        end as changed_until
    from instants
    inner join cameras on instants.camera_id = cameras.camera_id
    left join arrived
        on
            instants.person_id = arrived.person_id
            and instants.camera_id = arrived.camera_id
            and instants.event_at = arrived.event_at
            and arrived.event_type = 'exit'
    where
        {{ is_partial_as_sql() }}
        and (
            instants.next_at - instants.event_at <= {{ max_session() }}
            or (instants.has_entry and instants.has_exit)
        )
        and (instants.has_entry or arrived.event_at is not null)
    union all
    select
        arrived.person_id,
        cameras.site_id,
        arrived.event_at as changed_from,
        arrived.event_at as changed_until
    from arrived
    inner join cameras on arrived.camera_id = cameras.camera_id
    where arrived.event_type in ('entry', 'exit')
),

-- Those that begin within a gap reach each other, so they are one; ranges cost more to unite.
gathered as (
    select
        person_id,
        site_id,
        min(changed_from) as changed_from,
        max(changed_until) as changed_until
    from changes
    group by
        person_id,
        site_id,
        date_bin({{ visit_gap() }}, changed_from, {{ whole_since() }})
),

reaches as (
    select
        person_id,
        site_id,
        unnest(
            range_agg(
                tstzrange(changed_from - {{ visit_gap() }}, changed_until + {{ visit_gap() }}, '[]')
            )
        ) as reach
    from gathered
    group by person_id, site_id
),

nothing as (
    select
        null::timestamptz as started_at,
        null::timestamptz as ended_at
),

-- Whole visits only: the part of one outside the reach may change its length or its number.
widened as (
    select
        reaches.person_id,
        reaches.site_id,
        tstzrange(
            least(lower(reaches.reach) + {{ visit_gap() }}, visits.started_at),
            greatest(upper(reaches.reach) - {{ visit_gap() }}, visits.ended_at),
            '[]'
        ) as reach
    from reaches
    {%- if is_partial() %}
    left join lateral (
        select
            min(known.started_at) as started_at,
            max(known.ended_at) as ended_at
        from {{ left_by_last_build('fct_visits') }} as known
        where
            known.person_id = reaches.person_id
            and known.site_id = reaches.site_id
            and known.ended_at >= lower(reaches.reach)
            and known.started_at <= upper(reaches.reach)
    ) as visits on true
    {%- else %}
    cross join nothing as visits
    {%- endif %}
),

united as (
    select
        person_id,
        site_id,
        unnest(range_agg(reach)) as reach
    from widened
    group by person_id, site_id
),

bounded as (
    select
        person_id,
        site_id,
        lower(reach) as reach_from,
        upper(reach) as reach_until,
        lead(lower(reach)) over in_time as next_from,
        min(lower(reach)) over (partition by person_id, site_id) as first_from
    from united
    window in_time as (partition by person_id, site_id order by reach)
),

-- A change of the first visit changes which later ones are returning: then all of them are touched.
touched as (
    select
        person_id,
        site_id,
        reach_from,
        reach_until,
        reach_from as touched_from,
        {%- if is_partial() %}
        case
            when exists (
                select
                from {{ left_by_last_build('fct_visits') }} as known
                where
                    known.person_id = bounded.person_id
                    and known.site_id = bounded.site_id
                    and known.ended_at < bounded.first_from
            ) then reach_until + interval '1 microsecond'
            else coalesce(next_from, 'infinity')
        end as touched_until
        {%- else %}
        coalesce(next_from, 'infinity') as touched_until
        {%- endif %}
    from bounded
)

select * from touched
