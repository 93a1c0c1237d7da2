select count(*) from {{ ref("part_count") }}
