with days as (
    select
        cameras.site_id,
        cameras.category,
        daily.*
    from marts.quality_cameras_daily as daily
    inner join marts.dim_cameras as cameras on daily.camera_id = cameras.camera_id
)

select
    camera_id,
    min(site_id) filter (where camera_id is not null) as site_id,
    coalesce(sum(entries), 0)::bigint as entries,
    coalesce(sum(exits), 0)::bigint as exits,
    coalesce(sum(closed), 0)::bigint as closed,
    coalesce(sum(missing_exits), 0)::bigint as missing_exits,
    coalesce(sum(timed_out), 0)::bigint as timed_out,
    coalesce(sum(orphan_exits), 0)::bigint as orphan_exits,
    coalesce(sum(duplicate_rows), 0)::bigint as duplicate_rows,
    (sum(closed) / nullif(sum(entries), 0))::double precision as pairing_rate
from days
where {conditions}
group by grouping sets ((), (camera_id))
order by camera_id
