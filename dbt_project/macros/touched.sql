{#-
    The rows of a table that a partial build touches, looked up stretch by stretch. Postgres cannot
    know how little a join with stretches of time gives and would rather read the whole table; `offset
    0` keeps the look-up apart. It needs an index that begins with the keys and then has the instant.

    by    alias of what holds the keys
    span  alias of what holds `from` and `until`, if another one
-#}
{% macro looked_up(
    relation, keys, at, from='touched_from', until='touched_until', columns='*', by='touched',
    span=none
) -%}
    {%- set span = span or by -%}
    (
        select {{ columns }}
        from {{ relation }} as known
        where
            {% for key in keys -%}
            {{ 'and ' if not loop.first }}known.{{ key }} = {{ by }}.{{ key }}
            {% endfor -%}
            {%- if at -%}
            and known.{{ at }} >= {{ span }}.{{ from }}
            and known.{{ at }} < {{ span }}.{{ until }}
            {% endif -%}
        offset 0
    )
{%- endmacro %}


{#- What a model reads `from`: the rows of the relation in the stretches of `touched`, or in a full
    build all of them. -#}
{% macro touched_rows(
    relation, rows, at, keys=['site_id'], from='touched_from', until='touched_until'
) -%}
    {%- if is_partial() -%}
    touched
    cross join lateral {{ looked_up(relation, keys, at, from, until) }} as {{ rows }}
    {%- else -%}
    {{ relation }} as {{ rows }}
    {%- endif -%}
{%- endmacro %}


{#- What persons did at touched sites, in as few rows as the grain of a bucket allows. -#}
{% macro touched_persons(rows, grain) -%}
    {%- if grain == 'hour' -%}
    {{ touched_rows(ref('agg_person_hourly'), rows, 'bucket_start') }}
    {%- else -%}
    {{ touched_rows(ref('agg_person_daily'), rows, 'bucket_start') }}
    {%- endif -%}
{%- endmacro %}


{#- The same for a table that is indexed by camera, where `touched` are stretches of sites: the CTE
    `cameras` joins the two. -#}
{% macro touched_rows_by_camera(relation, rows, at, from='touched_from') -%}
    {%- if is_partial() -%}
    touched
    inner join cameras on touched.site_id = cameras.site_id
    cross join lateral {{ looked_up(
        relation, ['camera_id'], at, from, by='cameras', span='touched'
    ) }}
    as {{ rows }}
    {%- else -%}
    {{ relation }} as {{ rows }}
    inner join cameras on {{ rows }}.camera_id = cameras.camera_id
    {%- endif -%}
{%- endmacro %}


{#-
    The rows of touched pairs of person and camera in a table that is indexed by person. All of a
    person's are read once, from the first touched instant to the last: camera by camera, an index
    would give them all again for each.

    sought, from   another instant to look the rows up by, and where that begins, if no index has `at`
-#}
{% macro touched_pairs(relation, at, sought=none, from='touched_from') -%}
    {%- set touched = ref('int_pairs_touched') -%}
    (
        select found.*
        from (
            select
                person_id,
                min({{ from }}) as {{ from }},
                max(touched_until) as touched_until
            from {{ touched }}
            group by person_id
        ) as persons
        cross join lateral {{ looked_up(
            relation, ['person_id'], sought or at, from, columns='known.ctid, known.*', by='persons'
        ) }} as found
        inner join {{ touched }} as touched
            on found.person_id = touched.person_id and found.camera_id = touched.camera_id
        where found.{{ at }} >= touched.touched_from and found.{{ at }} < touched.touched_until
    )
{%- endmacro %}


{#- The same for raw and the loads of a CTE `pending`. No such load of a partial build has rows that
    retention has let go: it touches none that is not published. -#}
{% macro pending_rows(rows) -%}
    {%- if is_partial() -%}
    pending
    cross join lateral (
        select *
        from {{ ref('stg_raw__camera_events') }} as known
        -- Not by `=`: of a month that came in one file, any load would be expected to be all.
        where known.load_id between pending.load_id and pending.load_id
        offset 0
    ) as {{ rows }}
    {%- else -%}
    ({{ rows_that_came() }}) as {{ rows }}
    inner join pending on {{ rows }}.load_id = pending.load_id
    {%- endif -%}
{%- endmacro %}


{#- All rows that ever came: those in raw, and what is kept of those that have left it. -#}
{% macro rows_that_came() -%}
    {%- set columns -%}
        load_id, event_at, person_id, camera_id, event_type, age_group, gender, camera_name, zone,
        site_id
    {%- endset -%}
    select {{ columns }} from {{ ref('stg_raw__camera_events') }}
    union all
    select {{ columns }} from {{ ref('stg_raw__kept_events') }}
{%- endmacro %}


{#- Keep the rows of a small table that lie in touched days or weeks of their site; `bucket` is
    where that of a row begins. To compare all rows with all stretches would take the square. -#}
{% macro only_touched(bucket, site='site_id') -%}
    {%- if is_partial() -%}
    inner join touched on {{ site }} = touched.site_id and {{ bucket }} = touched.touched_from
    {%- endif -%}
{%- endmacro %}
