{{ config(unlogged=true) }}

with presences as (
    select * from {{ ref('int_presences_split') }}
    where present_from < present_until
),

marked as (
    select
        *,
        present_from > max(present_until) over (
            partition by person_id, site_id, hour_start
            order by present_from
            rows between unbounded preceding and 1 preceding
        ) as is_apart
    from presences
),

numbered as (
    select
        *,
        count(*) filter (where is_apart) over (
            partition by person_id, site_id, hour_start
            order by present_from
            rows between unbounded preceding and current row
        ) as part_number
    from marked
),

united as (
    select
        person_id,
        site_id,
        hour_start,
        min(present_from) as present_from,
        max(present_until) as present_until
    from numbered
    group by person_id, site_id, hour_start, part_number
)

select * from united
