select c.customer_id, c.name, coalesce(t.total, 0) as total, '{{ var("run_date") }}' as run_date
from {{ ref("stg_customers") }} as c
left join {{ ref("int_totals") }} as t using (customer_id)
