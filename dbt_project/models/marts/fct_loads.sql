{{ config(materialized='view') }}

with loads as (
    select
        load_id,
        file_name,
        sha256,
        bytes,
        bytes_read,
        percent,
        rows_per_second,
        progress_at,
        source,
        status,
        rows_read,
        rows_loaded,
        rows_rejected,
        reason_code,
        reason,
        started_at,
        finished_at,
        run_id,
        validation,
        nullif(stored_as, '') as stored_as
    from {{ source('raw', 'loads') }}
)

select * from loads
