select id as customer_id, name from {{ source("crm", "raw_customers") }}
