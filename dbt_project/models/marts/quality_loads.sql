{{ config(materialized='view') }}

with loads as (
    select * from {{ source('raw', 'loads') }}
),

rejected_rows as (
    select * from {{ source('raw', 'rejected_rows') }}
),

reasons as (
    select
        load_id,
        {%- for reason in row_reasons() %}
        count(*) filter (
            where reason_code = '{{ reason }}'
        ) as {{ reason }}{{ ',' if not loop.last }}
        {%- endfor %}
    from rejected_rows
    group by load_id
),

judged as (
    select
        loads.load_id,
        loads.file_name,
        loads.status,
        loads.rows_read,
        loads.rows_loaded,
        loads.rows_rejected,
        loads.rows_rejected::double precision / nullif(loads.rows_read, 0) as reject_share,
        {%- for reason in row_reasons() %}
        coalesce(reasons.{{ reason }}, 0) as {{ reason }}{{ ',' if not loop.last }}
        {%- endfor %}
    from loads
    left join reasons on loads.load_id = reasons.load_id
)

select * from judged
