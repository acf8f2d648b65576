{{ config(
    touched={'by': 'int_site_days_touched', 'keys': ['site_id'], 'at': 'bucket_start'},
) }}

with touched as (
    select * from {{ ref('int_site_days_touched') }}
),

-- Who is only there on, neither with an event nor with an entry, attends no range.
present as (
    select
        hours.person_id,
        hours.site_id,
        hours.bucket_start,
        hours.day_start,
        hours.local_date,
        true as is_seen
    from {{ touched_rows(ref('agg_person_hourly'), 'hours', 'bucket_start') }}
    where hours.events > 0
    union all
    select
        sessions.person_id,
        sessions.site_id,
        sessions.hour_start as bucket_start,
        sessions.day_start,
        null as local_date,
        false as is_seen
    from {{ ref('int_sessions_closed') }} as sessions
    {{ only_touched(bucket_of_touched('sessions', 'hour'), 'sessions.site_id') }}
),

persons as (
    {%- if is_partial() %}
    select persons.*
    from (select distinct person_id from present) as came
    cross join lateral {{ looked_up(ref('dim_persons'), ['person_id'], none, by='came') }}
    as persons
    {%- else %}
    select * from {{ ref('dim_persons') }}
    {%- endif %}
),

numbered as (
    select
        present.site_id,
        present.bucket_start,
        present.day_start,
        present.local_date,
        present.is_seen,
        persons.person_number / {{ persons_of_a_block() }} as person_block,
        {{ only_person('persons.person_number') }} as person_bit
    from present
    inner join persons on present.person_id = persons.person_id
),

attended as (
    select
        site_id,
        bucket_start,
        person_block,
        min(day_start) as day_start,
        min(local_date) as local_date,
        coalesce(bit_or(person_bit) filter (where is_seen), {{ no_persons() }}) as seen_persons,
        coalesce(bit_or(person_bit) filter (where not is_seen), {{ no_persons() }})
            as stayed_persons
    from numbered
    group by bucket_start, site_id, person_block
)

select * from attended
{{ laid_out_by('bucket_start') }}
