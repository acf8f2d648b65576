{{ config(materialized='view') }}

with loads as (
    select * from {{ source('raw', 'loads') }}
),

rejected_rows as (
    select * from {{ source('raw', 'rejected_rows') }}
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
        reasons.{{ reason }}{{ ',' if not loop.last }}
        {%- endfor %}
    from loads
    -- Load by load, so that who asks for the latest ones does not have all rows counted.
    cross join
        lateral (
            select
                {%- for reason in row_reasons() %}
                count(*) filter (
                    where rejected_rows.reason_code = '{{ reason }}'
                ) as {{ reason }}{{ ',' if not loop.last }}
                {%- endfor %}
            from rejected_rows
            where rejected_rows.load_id = loads.load_id
        ) as reasons
)

select * from judged
