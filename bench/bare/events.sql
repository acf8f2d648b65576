-- Distinct events, cameras, sites. All of these scripts know but one time zone, which is UTC.
create table bare.events as
select
    person_id,
    camera_id,
    event_type,
    event_at,
    min(load_id) as load_id,
    min(nullif(trim(age_group), '')) filter (
        where lower(trim(age_group)) not in (
            'unknown', 'not_determined', 'inconclusive', 'n/a', 'none', 'null'
        )
    ) as age_group,
    min(nullif(trim(gender), '')) filter (
        where lower(trim(gender)) not in (
            'unknown', 'not_determined', 'inconclusive', 'n/a', 'none', 'null'
        )
    ) as gender,
    min(nullif(trim(camera_name), '')) as camera_name,
    min(nullif(trim(zone), '')) as zone,
    min(nullif(trim(site_id), '')) as site_id
from raw.camera_events
group by person_id, camera_id, event_type, event_at;

analyze bare.events;

create table bare.dim_cameras as
select
    camera_id,
    coalesce(min(site_id), 'default') as site_id,
    min(camera_name) as camera_name,
    min(zone) as zone,
    case
        when concat_ws('|', min(camera_name), min(zone))
            ~* 'cashier|kasir|checkout|till|payment|counter' then 'checkout'
        when concat_ws('|', min(camera_name), min(zone))
            ~* 'entrance|entry|front door|gate' then 'entrance'
        else 'general'
    end as category,
    min(event_at) as first_event_at,
    max(event_at) as last_event_at,
    count(*) as event_count
from bare.events
group by camera_id;

create table bare.dim_sites as
select
    site_id,
    null::text as site_name,
    'UTC' as timezone,
    count(*) as camera_count
from bare.dim_cameras
group by site_id;
