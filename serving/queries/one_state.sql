begin isolation level repeatable read, read only;

-- Before the first look, for whoever opens a table that a rebuild swaps after it finds no row there.
lock table
    marts.agg_attendance_daily,
    marts.agg_attendance_hourly,
    marts.agg_camera_daily,
    marts.agg_camera_dwells_daily,
    marts.agg_camera_hourly,
    marts.agg_camera_weekly,
    marts.agg_demographics_daily,
    marts.agg_demographics_hourly,
    marts.agg_demographics_weekly,
    marts.agg_person_daily,
    marts.agg_person_hourly,
    marts.agg_site_daily,
    marts.agg_site_hourly,
    marts.agg_site_weekly,
    marts.agg_transitions_daily,
    marts.dim_cameras,
    marts.dim_persons,
    marts.dim_sites,
    marts.fct_events,
    marts.fct_orphan_exits,
    marts.fct_sessions,
    marts.fct_visits,
    marts.quality_cameras_daily
in access share mode;
