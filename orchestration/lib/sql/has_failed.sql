with latest as (
    select distinct on (file_name) status
    from raw.loads
    where file_name = any(%(names)s)
    order by file_name, load_id desc
)

select exists (select from latest where status in ('failed', 'loading'))
