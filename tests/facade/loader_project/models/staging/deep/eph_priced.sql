select * from {{ ref('eph_large') }} join {{ source('erp', 'prices') }} using (id)
