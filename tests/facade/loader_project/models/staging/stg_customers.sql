select distinct customer from {{ source('erp', 'customers') }}
