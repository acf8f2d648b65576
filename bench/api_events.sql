-- Pairs of entry and exit over a year, from 8 to 20 o'clock: 40 cameras at 5 sites, a person for
-- every 200 events, most of whom stay for minutes.
with
loads as (
    insert into raw.loads
    (file_name, sha256, bytes, source, status, rows_read, rows_loaded, finished_at)
    values ('bench.csv', 'bench', 0, 'default', 'loaded', {events}, {events}, now())
    returning load_id
),

sessions as (
    select
        number,
        format('P-%s', 1 + floor(power(random(), 1.5) * {events} / 200)) as person_id,
        floor(random() * 40)::int as camera,
        timestamptz '2025-01-01 08:00Z'
        + floor(random() * 365) * interval '1 day'
        + random() * interval '12 hours' as entry_at,
        -ln(1 - random()) * interval '8 minutes' as dwell
    from generate_series(1, {events} / 2) as number
)

insert into raw.camera_events (
    load_id, line_number, event_at, person_id, camera_id, event_type, age_group, gender, site_id,
    timestamp_text
)
select
    loads.load_id,
    2 * sessions.number + (instants.event_type = 'exit')::int as line_number,
    instants.event_at,
    sessions.person_id,
    format('CAM-%s', lpad(sessions.camera::text, 2, '0')) as camera_id,
    instants.event_type,
    (array['child', 'adult', 'senior'])[1 + length(sessions.person_id) % 3] as age_group,
    case when ascii(right(sessions.person_id, 1)) % 2 = 0 then 'female' else 'male' end as gender,
    format('site-%s', sessions.camera % 5) as site_id,
    instants.event_at::text as timestamp_text
from sessions
cross join loads
cross join
    lateral (
        values ('entry', sessions.entry_at), ('exit', sessions.entry_at + sessions.dwell)
    ) as instants (event_type, event_at)
