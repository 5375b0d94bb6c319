with opportunities as (
    select * from {{ ref('int_opportunities__opportunities') }}
    where is_open
),

deals as (
    select * from {{ ref('int_opportunities__records') }}
),

contacts as (
    select * from {{ ref('int_opportunities__contacts') }}
),

bridge as (
    select * from {{ ref('int_identity__bridge') }}
),

linked as (
    select
        deals.source,
        'deals' as object,
        {{ published_id('deals.source_record_id') }} as record_key,
        deals.opportunity_id
    from deals
    union
    select
        bridge.source,
        bridge.object,
        {{ published_id('bridge.source_record_id') }} as record_key,
        contacts.opportunity_id
    from bridge
    inner join contacts on bridge.person_id = contacts.person_id
)

select
    linked.source,
    linked.object,
    linked.record_key,
    opportunities.opportunity_id,
    opportunities.value_amount_reporting
from linked
inner join opportunities on linked.opportunity_id = opportunities.opportunity_id
