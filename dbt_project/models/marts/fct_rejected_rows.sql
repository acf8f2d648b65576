{{ config(materialized='view') }}

with rejected_rows as (
    select
        load_id,
        line_number,
        column_name,
        value,
        reason_code,
        raw_line,
        expectation
    from {{ source('raw', 'rejected_rows') }}
)

select * from rejected_rows
