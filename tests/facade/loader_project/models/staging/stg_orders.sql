-- depends_on: {{ ref('raw_orders') }}
select * from {{ ref('raw_orders') }}
