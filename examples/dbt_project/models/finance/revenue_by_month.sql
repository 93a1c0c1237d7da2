select
    date_trunc('month', ordered_on) as month,
    sum(amount) as revenue
from {{ ref('orders') }}
where status != 'returned'
group by 1
