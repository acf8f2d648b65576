{#- Stops a build at the seed, in place of an error in each model that counts hours. -#}
{% test is_known_timezone(model, column_name) %}
select {{ column_name }}
from {{ model }}
where {{ column_name }} not in (select name from pg_timezone_names)
{% endtest %}
