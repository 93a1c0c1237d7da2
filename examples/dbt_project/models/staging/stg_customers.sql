select
    id as customer_id,
    name as customer_name,
    cast(signed_up_on as date) as signed_up_on
from {{ source('shop', 'customers') }}
