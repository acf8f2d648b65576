{{ config(unlogged=true) }}

{{ weeks_of(ref('int_group_days_touched')) }}
