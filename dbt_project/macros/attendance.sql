{#- Sets of persons as strings of bits. So many persons are one: short enough to lie in its row,
    long enough to be worth it. The types of agg_attendance_*, and what reads them, go by it. -#}
{% macro persons_of_a_block() -%}
    {{ return(2048) }}
{%- endmacro %}


{% macro no_persons() -%}
    repeat('0', {{ persons_of_a_block() }})::bit({{ persons_of_a_block() }})
{%- endmacro %}


{#- A person, by number, in their block. -#}
{% macro only_person(number) -%}
    set_bit({{ no_persons() }}, {{ number }} % {{ persons_of_a_block() }}, 1)
{%- endmacro %}
