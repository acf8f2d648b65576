{{ config(unlogged=true) }}

with arrived as (
    select * from {{ ref('int_events_arrived') }}
),

{%- if is_partial() %}

touched as (
    select distinct person_id from arrived
),

known as (
    select known.*
    from touched
    cross join lateral {{ looked_up(
        left_by_last_build('dim_persons'), ['person_id'], none
    ) }} as known
),

-- Who is told to be in the group that they count in, or in none, stays in it: its count can only
-- grow, and that of another only shrink, where an event takes the smaller value of two.
regrouped as (
    select touched.person_id
    from touched
    left join known on touched.person_id = known.person_id
    where known.person_id is null
    union
    select arrived.person_id
    from arrived
    inner join known on arrived.person_id = known.person_id
    where
        coalesce(arrived.age_group <> coalesce(known.age_group, ''), false)
        or coalesce(arrived.gender <> coalesce(known.gender, ''), false)
),

told as (
    select events.*
    from regrouped
    cross join lateral {{ looked_up(
        ref('int_events_deduplicated'), ['person_id'], none, by='regrouped'
    ) }} as events
),
{%- else %}

told as (
    select * from {{ ref('int_events_deduplicated') }}
),
{%- endif %}

grouped as (
    select
        person_id,
        {{ most_frequent_text('age_group') }} as age_group,
        {{ most_frequent_text('gender') }} as gender,
        min(event_at) as first_event_at
    from told
    group by person_id
),

{%- if is_partial() %}

latest as (
    select coalesce(max(persons.person_number) + 1, 0) as next_number
    from {{ left_by_last_build('dim_persons') }} as persons
),
{%- endif %}

-- Newcomers are numbered on in the order in which they came, so that those of a day lie together.
numbered as (
    {%- if is_partial() %}
    select
        grouped.person_id,
        grouped.age_group,
        grouped.gender,
        coalesce(known.person_number, latest.next_number + row_number() over (
            partition by known.person_id is null order by grouped.first_event_at, grouped.person_id
        ) - 1)::integer as person_number
    from grouped
    left join known on grouped.person_id = known.person_id
    cross join latest
    union all
    select
        known.person_id,
        known.age_group,
        known.gender,
        known.person_number
    from known
    left join regrouped on known.person_id = regrouped.person_id
    where regrouped.person_id is null
    {%- else %}
    select
        person_id,
        age_group,
        gender,
        (row_number() over (order by first_event_at, person_id) - 1)::integer as person_number
    from grouped
    {%- endif %}
)

select * from numbered
