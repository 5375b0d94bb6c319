-- A dropped file may name its rows by e-mail address; what is published never does.
select
    source,
    object
from {{ ref('bridge_identity') }}
where source_record_id like '%@%'
