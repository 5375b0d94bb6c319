with states as (
    select * from {{ ref('int_consent__states') }}
),

gaps as (
    select
        channel,
        purpose,
        count(*) as open_gaps
    from {{ ref('int_consent__parity') }}
    group by channel, purpose
),

counted as (
    select
        channel,
        purpose,
        count(*) as persons,
        sum(case when is_on_record then 1 else 0 end) as on_record,
        sum(case when is_contactable then 1 else 0 end) as contactable,
        sum(case when reason = 'opted_out' then 1 else 0 end) as opted_out,
        sum(case when reason = 'expired' then 1 else 0 end) as expired
    from states
    group by channel, purpose
)

select
    counted.channel,
    counted.purpose,
    cast(counted.persons as bigint) as persons,
    cast(counted.on_record as bigint) as on_record,
    cast(counted.contactable as bigint) as contactable,
    cast(counted.opted_out as bigint) as opted_out,
    cast(counted.expired as bigint) as expired,
    cast(coalesce(gaps.open_gaps, 0) as bigint) as open_gaps,
    cast(counted.on_record as double) / nullif(counted.persons, 0) as coverage_share,
    cast(counted.contactable as double) / nullif(counted.persons, 0) as contactable_share
from counted
left join gaps on counted.channel = gaps.channel and counted.purpose = gaps.purpose
