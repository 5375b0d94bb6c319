{{ config(
    materialized='incremental',
    incremental_strategy=incremental_strategy(),
    unique_key=['person_id']
) }}
with persons as (
    select * from {{ ref('int_identity__persons') }}
),

opportunities as (
    select * from {{ ref('int_opportunities__opportunities') }}
    where is_won and not is_reversal
),

contacts as (
    select * from {{ ref('int_opportunities__contacts') }}
),

consents as (
    select * from {{ ref('int_consent__states') }}
),

buyers as (
    select distinct contacts.person_id
    from opportunities
    inner join contacts on opportunities.opportunity_id = contacts.opportunity_id
)

select
    persons.person_id,
    persons.kind,
    persons.account_id,
    persons.household_id,
    persons.lifecycle_stage,
    persons.country_code,
    persons.job_seniority,
    persons.job_function,
    persons.email_domain,
    cast(persons.record_count as bigint) as record_count,
    persons.is_customer or buyers.person_id is not null as is_customer,
    persons.has_email,
    coalesce(mailing.is_contactable, false) as is_contactable,
    coalesce(profiling.is_contactable, false) as is_profiling_allowed,
    persons.is_deleted,
    persons.first_seen_at,
    persons.last_seen_at
from persons
left join buyers on persons.person_id = buyers.person_id
left join consents as mailing
    on
        persons.person_id = mailing.person_id
        and mailing.channel = 'email'
        and mailing.purpose = 'marketing'
left join consents as profiling
    on
        persons.person_id = profiling.person_id
        and profiling.channel = 'any'
        and profiling.purpose = 'profiling'
