{% snapshot orders_history %}
{{ config(target_schema='history', unique_key='id', strategy='check', check_cols=['amount']) }}
select * from {{ ref('raw_orders') }}
{% endsnapshot %}
