select customer, sum(amount) as total from {{ ref('eph_priced') }} group by customer
