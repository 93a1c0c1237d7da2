select count(*) as n, '{{ var('run_date') }}' as day from {{ ref('dim_customer', v=2) }}, {{ ref('orders_history') }}
