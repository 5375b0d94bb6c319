with bridge as (
    select * from {{ ref('int_identity__bridge') }}
),

true_records as (
    select * from {{ ref('stg_truth__records') }}
),

true_persons as (
    select * from {{ ref('stg_truth__persons') }}
    where true_account_id is not null
),

true_accounts as (
    select
        source,
        object,
        source_record_id,
        true_account_id
    from {{ ref('stg_truth__account_records') }}
    union all
    select
        true_records.source,
        true_records.object,
        true_records.source_record_id,
        true_persons.true_account_id
    from true_records
    inner join true_persons on true_records.true_person_id = true_persons.true_person_id
    where true_records.party_kind in ('person', 'mailbox')
),

expected as (
    select
        'identity' as subject,
        source,
        object,
        source_record_id,
        true_person_id as true_id
    from true_records
    where party_kind = 'person'
    union all
    select
        'account' as subject,
        source,
        object,
        source_record_id,
        true_account_id as true_id
    from true_accounts
),

-- Only records that were loaded by now; one without a party or account stands alone.
resolved as (
    select
        expected.subject,
        expected.true_id,
        coalesce(
            case when expected.subject = 'account' then bridge.account_id else bridge.person_id end,
            concat(bridge.source, '|', bridge.object, '|', bridge.source_record_id)
        ) as found_id
    from expected
    inner join bridge
        on
            expected.source = bridge.source
            and expected.object = bridge.object
            and expected.source_record_id = bridge.source_record_id
),

sizes as (
    select
        subject,
        'both' as side,
        count(*) as members
    from resolved
    group by subject, true_id, found_id
    union all
    select
        subject,
        'true' as side,
        count(*) as members
    from resolved
    group by subject, true_id
    union all
    select
        subject,
        'found' as side,
        count(*) as members
    from resolved
    group by subject, found_id
),

pairs as (
    select
        subject,
        sum(case when side = 'both' then members * (members - 1) / 2.0 end) as both_pairs,
        sum(case when side = 'true' then members * (members - 1) / 2.0 end) as true_pairs,
        sum(case when side = 'found' then members * (members - 1) / 2.0 end) as found_pairs
    from sizes
    group by subject
)

select
    concat(subject, '_pairwise_precision') as metric,
    both_pairs / nullif(found_pairs, 0) as value,
    'Of the pairs of records joined, the share that truly are one person or account.' as note
from pairs
union all
select
    concat(subject, '_pairwise_recall') as metric,
    both_pairs / nullif(true_pairs, 0) as value,
    'Of the pairs of records that truly are one person or account, the share joined.' as note
from pairs
union all
select
    concat(subject, '_pairwise_f1') as metric,
    2 * both_pairs / nullif(true_pairs + found_pairs, 0) as value,
    'Harmonic mean of pairwise precision and recall.' as note
from pairs
