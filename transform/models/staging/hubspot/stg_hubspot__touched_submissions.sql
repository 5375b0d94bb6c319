select
    'hubspot' as source,
    cast(submission_id as varchar) as submission_id,
    _dlt_load_id as load_id
from {{ source('hubspot', 'form_submissions') }}
