with self_reports as (
    select * from {{ ref('int_touchpoints__self_reports') }}
)

select
    {{ month_of('submitted_on') }} as month,
    self_reported_channel,
    first_touch_channel,
    cast(count(*) as bigint) as answers,
    cast(count(distinct person_id) as bigint) as persons
from self_reports
group by {{ month_of('submitted_on') }}, self_reported_channel, first_touch_channel
