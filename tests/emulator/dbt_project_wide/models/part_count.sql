{{ config(tags=["nightly"]) }}
select count(*) as parts from {{ ref("dim_part") }}
