{{ config(unlogged=true) }}

{{ weeks_of(ref('int_site_days_touched')) }}
