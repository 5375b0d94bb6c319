with source_rows as (
    select * from {{ source('truth', 'spam_submissions') }}
)

select
    cast(submission_id as varchar) as submission_id,
    cast(is_spam as boolean) as is_spam
from source_rows
