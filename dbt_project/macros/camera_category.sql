{#- What a camera watches, by the words in its name and zone; checkout goes before entrance. -#}
{% macro camera_category(name, zone) -%}
    case
        when concat_ws('|', {{ name }}, {{ zone }})
            ~* 'cashier|kasir|checkout|till|payment|counter' then 'checkout'
        when concat_ws('|', {{ name }}, {{ zone }})
            ~* 'entrance|entry|front door|gate' then 'entrance'
        else 'general'
    end
{%- endmacro %}
