{{ config(unlogged=true) }}

with loads as (
    select load_id from {{ ref('stg_raw__loads') }}
),

chosen as (
    {%- if is_partial() %}
    select unnest(load_ids) as load_id from intermediate.build_attempts
    {%- elif var('published_loads_only') %}
    select unnest(load_ids) as load_id from marts.data_versions
    {%- else %}
    select load_id from loads
    {%- endif %}
),

pending as (
    select loads.load_id
    from loads
    inner join chosen on loads.load_id = chosen.load_id
)

select * from pending
