select id, label from {{ ref("raw_parts") }}
