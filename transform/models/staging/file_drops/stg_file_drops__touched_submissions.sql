select
    source,
    cast(submission_id as varchar) as submission_id,
    _dlt_load_id as load_id
from {{ source('file_drops', 'form_submissions') }}
