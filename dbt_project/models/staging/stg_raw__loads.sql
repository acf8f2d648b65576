with loads as (
    select * from {{ source('raw', 'loads') }}
),

loaded as (
    select
        load_id,
        file_name,
        source,
        rows_read,
        rows_loaded,
        rows_rejected,
        finished_at
    from loads
    where status = 'loaded'
)

select * from loaded
