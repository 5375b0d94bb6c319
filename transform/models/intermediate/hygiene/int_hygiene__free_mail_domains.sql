-- The identity room reads it by this name.
{{ config(materialized='table', schema='reference', alias='free_mail_domains') }}
select raw_value as domain
from {{ source('hygiene', 'domains') }}
where is_free
