with sites as (
    select * from {{ ref('sites') }}
),

cleaned as (
    select
        {{ null_if_blank('site_id') }} as site_id,
        {{ null_if_blank('site_name') }} as site_name,
        {{ null_if_blank('timezone') }} as timezone
    from sites
)

select * from cleaned
