{{ config(unlogged=true) }}

with loads as (
    select load_id from {{ ref('stg_raw__loads') }}
),

published as (
    select unnest(load_ids) as load_id from marts.data_versions
),

pending as (
    select loads.load_id
    from loads
    {%- if is_partial() %}
    left join published on loads.load_id = published.load_id
    where published.load_id is null
    {%- elif var('published_loads_only') %}
    inner join published on loads.load_id = published.load_id
    {%- endif %}
)

select * from pending
