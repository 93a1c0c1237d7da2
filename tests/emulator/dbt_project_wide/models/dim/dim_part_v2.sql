select id, upper(label) as label from {{ ref("raw_parts") }}
