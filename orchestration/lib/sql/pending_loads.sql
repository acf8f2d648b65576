-- What a partial build could not cope with: a camera that the pending loads put at another site, by
-- the rule of int_cameras_located; how much of all rows is pending; and the loads, of one moment.
with pending as (
    select
        loads.load_id,
        loads.rows_loaded
    from raw.loads as loads
    where
        loads.status = 'loaded'
        and loads.load_id not in (select unnest(load_ids) from marts.data_versions)
),

told as (
    select
        events.camera_id,
        min(events.site_id collate "C") as site_id
    from pending
    -- Apart, so that each load is looked up: raw is large, and its statistics may be old. Not by `=`:
    -- of a month that came in one file, any load would be expected to be all.
    cross join lateral (
        select
            camera_id,
            site_id
        from staging.stg_raw__camera_events as known
        where known.load_id between pending.load_id and pending.load_id
        offset 0
    ) as events
    group by events.camera_id
),

moved as (
    select cameras.camera_id
    from told
    inner join intermediate.int_cameras_located as cameras on told.camera_id = cameras.camera_id
    left join staging.stg_seeds__cameras as listed on told.camera_id = listed.camera_id
    where
        coalesce(listed.site_id, least(told.site_id collate "C", cameras.told_site_id), 'default')
        <> cameras.site_id
)

select
    (select min(camera_id) from moved) as moved_camera_id,
    coalesce((select sum(rows_loaded) from pending), 0) as pending_rows,
    coalesce(
        (select sum(rows_loaded) from pending)
        / nullif((select sum(rows_loaded) from raw.loads where status = 'loaded'), 0),
        0
    ) as pending_share,
    array(select load_id from pending order by load_id) as load_ids
