{% snapshot parts_history %}
{{ config(unique_key="id", strategy="check", check_cols=["label"], schema="history") }}
select * from {{ ref("raw_parts") }}
{% endsnapshot %}
