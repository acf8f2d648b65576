-- Visits of four stays each, eight events. Two thirds of the visitors never come again; the others
-- come on one day of the week for half a year, which is 26 visits and 208 events, and then leave.
-- Some exits are missed.
insert into raw.camera_events (
    load_id, line_number, event_at, person_id, camera_id, event_type, age_group, gender,
    camera_name, zone, site_id, timestamp_text
)
with made_up as (
    select
        load_id,
        day
    from generate_series(%(first_day)s::int, %(last_day)s::int) as day
    inner join raw.loads on file_name = format('day %%s from %%s', day, %(first_visit)s::int)
),

visits as (
    select
        load_id,
        day,
        visit,
        case
            when visit %% 1250 %% 3 = 0
                then format('regular-%%s-%%s-%%s', day %% 7, visit %% 1250, day / 182)
            else format('once-%%s-%%s', day, visit)
        end as person_id,
        timestamptz '2010-01-04 08:00Z'
            + make_interval(days => day, secs => visit %% 1250 * 36 + visit / 1250) as started_at
    from made_up
    cross join generate_series(
        %(first_visit)s::int, %(first_visit)s::int + %(visits)s::int - 1
    ) as visit
),

stays as (
    select
        visits.*,
        stay,
        started_at + stay * interval '5 minutes' as entry_at,
        abs(hashtext(person_id)) as traits,
        abs(hashtext(format('%%s %%s %%s', person_id, day, stay))) as luck
    from visits
    cross join generate_series(0, 3) as stay
),

events as (
    select
        stays.*,
        kind,
        case kind when 0 then entry_at else entry_at + make_interval(secs => 10 + luck %% 280) end
            as event_at,
        case when kind = 0 then 'entry' when luck %% 50 = 0 then 'loiter' else 'exit' end
            as event_type,
        -- Now and then a camera cannot tell, or it takes someone for another.
        case when luck %% 16 = 2 then null when luck %% 48 = 1 then luck / 48 else traits end as seen
    from stays
    cross join generate_series(0, 1) as kind
)

select
    load_id,
    8 * (visit - %(first_visit)s::int) + 2 * stay + kind + 2,
    event_at,
    person_id,
    format('store-%%s-cam-%%s', visit %% 4, camera),
    event_type,
    (array['18-24', '25-34', '35-44', '45-54', '65+'])[seen %% 5 + 1],
    (array['female', 'male'])[seen / 5 %% 2 + 1],
    format('Camera %%s', camera),
    (array['Entrance', 'Fresh Food', 'Household', 'Checkout'])[camera %% 4 + 1],
    format('store-%%s', visit %% 4),
    ''
from events
cross join lateral (select (luck / 50 + stay) %% 8 as camera) as chosen
order by load_id, event_at
