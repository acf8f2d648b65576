{{ config(
    touched={'by': 'int_visits_touched', 'keys': ['person_id', 'site_id'], 'at': 'started_at'},
) }}

with touched as (
    select * from {{ ref('int_visits_touched') }}
),

sites as (
    {{ located_sites() }}
),

stays as (
    select
        person_id,
        site_id,
        camera_id,
        entry_at as stayed_from,
        coalesce(exit_at, entry_at) as stayed_until,
        1 as is_session
    from {{ ref('fct_sessions') }}
    union all
    select
        person_id,
        site_id,
        camera_id,
        exit_at as stayed_from,
        exit_at as stayed_until,
        0 as is_session
    from {{ ref('fct_orphan_exits') }}
),

marked as (
    select
        stays.*,
        max(stays.stayed_until) over (
            partition by stays.person_id, stays.site_id
            order by stays.stayed_from, stays.camera_id
            rows between unbounded preceding and 1 preceding
        ) + {{ visit_gap() }} < stays.stayed_from as is_after_a_gap
    from stays
    {%- if is_partial() %}
    inner join touched
        on
            stays.person_id = touched.person_id
            and stays.site_id = touched.site_id
            and stays.stayed_from >= touched.touched_from
            and stays.stayed_from < touched.touched_until
    {%- endif %}
),

numbered as (
    select
        *,
        count(*) filter (where is_after_a_gap) over (
            partition by person_id, site_id
            order by stayed_from, camera_id
            rows between unbounded preceding and current row
        ) as visit_number
    from marked
),

grouped as (
    select
        person_id,
        site_id,
        min(stayed_from) as started_at,
        max(stayed_until) as ended_at,
        sum(is_session)::bigint as session_count,
        count(distinct camera_id) as camera_count,
        (array_agg(camera_id order by stayed_from, camera_id collate "C"))[1] as first_camera_id,
        (array_agg(camera_id order by stayed_from desc, camera_id collate "C" desc))[1]
            as last_camera_id
    from numbered
    group by person_id, site_id, visit_number
),

ordered as (
    select
        *,
        min(started_at) over (partition by person_id, site_id) as first_started_at
    from grouped
),

visits as (
    select
        {{ visit_id('ordered.person_id', 'ordered.site_id', 'ordered.started_at') }} as visit_id,
        ordered.person_id,
        ordered.site_id,
        ordered.started_at,
        ordered.ended_at,
        {{ seconds_as_double('ordered.ended_at - ordered.started_at') }} as duration_seconds,
        ordered.session_count,
        ordered.camera_count,
        ordered.first_camera_id,
        ordered.last_camera_id,
        (ordered.started_at at time zone sites.timezone)::date
        > (
            {%- if is_partial() %}
            least(
                ordered.first_started_at,
                (
                    -- Visits do not overlap: the first to end is the first to start.
                    select kept.started_at
                    from {{ this }} as kept
                    where kept.person_id = ordered.person_id and kept.site_id = ordered.site_id
                    order by kept.ended_at
                    limit 1
                )
            )
            {%- else %}
            ordered.first_started_at
            {%- endif %} at time zone sites.timezone
        )::date as is_returning
    from ordered
    inner join sites on ordered.site_id = sites.site_id
)

select * from visits
{{ laid_out_by('started_at') }}
