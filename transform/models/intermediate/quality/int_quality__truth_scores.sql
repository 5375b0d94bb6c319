with true_records as (
    select * from {{ ref('stg_truth__records') }}
    where party_kind = 'person'
),

true_opens as (
    select * from {{ ref('stg_truth__opens') }}
),

true_spam as (
    select * from {{ ref('stg_truth__spam_submissions') }}
),

effects as (
    select * from {{ ref('stg_truth__channel_effects') }}
),

bridge as (
    select * from {{ ref('int_identity__bridge') }}
),

events as (
    select * from {{ ref('int_email__events') }}
    where event_type = 'open'
),

forms as (
    select * from {{ ref('int_touchpoints__form_submissions') }}
),

credits as (
    select * from {{ ref('int_attribution__credits') }}
),

resolved as (
    select
        true_records.true_person_id,
        bridge.person_id
    from true_records
    inner join bridge
        on
            true_records.source = bridge.source
            and true_records.object = bridge.object
            and true_records.source_record_id = bridge.source_record_id
    where bridge.person_id is not null
),

both_sizes as (
    select count(*) as members from resolved
    group by true_person_id, person_id
),

true_sizes as (
    select count(*) as members from resolved
    group by true_person_id
),

found_sizes as (
    select count(*) as members from resolved
    group by person_id
),

pairs as (
    select
        (select cast(sum(members * (members - 1) / 2) as double) from both_sizes) as both_pairs,
        (select cast(sum(members * (members - 1) / 2) as double) from true_sizes) as true_pairs,
        (select cast(sum(members * (members - 1) / 2) as double) from found_sizes) as found_pairs
),

machine_truth as (
    -- One second may hold a human's and a machine's open of one mail: such a second proves nothing.
    select
        campaign_id_mailchimp as campaign_native_id,
        email_id as recipient_key,
        occurred_at,
        max(case when is_machine then 1 else 0 end) = 1 as is_machine
    from true_opens
    group by campaign_id_mailchimp, email_id, occurred_at
    having count(distinct is_machine) = 1
),

opens as (
    select
        events.actor,
        machine_truth.is_machine
    from events
    inner join machine_truth
        on
            events.campaign_native_id = machine_truth.campaign_native_id
            and events.recipient_key = machine_truth.recipient_key
            and events.occurred_at = machine_truth.occurred_at
),

spam as (
    select
        forms.is_spam as found,
        true_spam.is_spam as planted
    from forms
    inner join true_spam on forms.submission_id = true_spam.submission_id
),

decimal_credits as (
    -- Doubles summed in another order differ in their last digit, and ranks would follow that.
    select
        attribution_model,
        stage,
        channel,
        cast(weight as decimal(28, 18)) as weight
    from credits
    where not is_reversal
),

credited as (
    select
        attribution_model,
        stage,
        channel,
        sum(weight) as weight
    from decimal_credits
    group by attribution_model, stage, channel
),

shares as (
    select
        attribution_model,
        stage,
        channel,
        cast(weight as double)
        / cast(sum(weight) over (partition by attribution_model, stage) as double) as share
    from credited
),

models as (
    select distinct
        shares.attribution_model,
        shares.stage
    from shares
    inner join effects on shares.stage = effects.stage
),

true_shares as (
    select
        models.attribution_model,
        models.stage,
        effects.channel,
        effects.true_share as share
    from models
    inner join effects on models.stage = effects.stage
),

compared as (
    -- A channel that only one side knows counts with its whole share.
    select
        coalesce(true_shares.attribution_model, shares.attribution_model) as attribution_model,
        coalesce(true_shares.stage, shares.stage) as stage,
        coalesce(true_shares.channel, shares.channel) as channel,
        coalesce(true_shares.share, 0) as true_share,
        coalesce(shares.share, 0) as found_share
    from true_shares
    full outer join shares
        on
            true_shares.attribution_model = shares.attribution_model
            and true_shares.stage = shares.stage
            and true_shares.channel = shares.channel
),

ranked as (
    -- Equal shares get the middle of their ranks, as Spearman's correlation asks for.
    select
        attribution_model,
        stage,
        true_share,
        found_share,
        rank() over (partition by attribution_model, stage order by true_share)
        + (count(*) over (partition by attribution_model, stage, true_share) - 1) / 2.0
            as true_rank,
        rank() over (partition by attribution_model, stage order by found_share)
        + (count(*) over (partition by attribution_model, stage, found_share) - 1) / 2.0
            as found_rank
    from compared
),

errors as (
    select
        ranked.attribution_model,
        ranked.stage,
        cast(
            sum(cast(abs(ranked.true_share - ranked.found_share) as decimal(28, 18))) as double
        ) / 2 as share_error,
        case
            when
                min(ranked.true_rank) < max(ranked.true_rank)
                and min(ranked.found_rank) < max(ranked.found_rank)
                then round(corr(ranked.true_rank, ranked.found_rank), 9)
        end as rank_correlation
    from ranked
    inner join models
        on
            ranked.attribution_model = models.attribution_model
            and ranked.stage = models.stage
    group by ranked.attribution_model, ranked.stage
),

metrics as (
    select
        'identity_pairwise_precision' as metric,
        both_pairs / nullif(found_pairs, 0) as value,
        'Of the record pairs joined, the share that are one person.' as note
    from pairs
    union all
    select
        'identity_pairwise_recall' as metric,
        both_pairs / nullif(true_pairs, 0) as value,
        'Of the record pairs that are one person, the share joined.' as note
    from pairs
    union all
    select
        'identity_pairwise_f1' as metric,
        2 * both_pairs / nullif(true_pairs + found_pairs, 0) as value,
        'Harmonic mean of both.' as note
    from pairs
    union all
    select
        'human_open_precision' as metric,
        sum(case when actor = 'human' and not is_machine then 1.0 else 0.0 end)
        / nullif(sum(case when actor = 'human' then 1.0 else 0.0 end), 0) as value,
        'Of the opens called human, the share that are.' as note
    from opens
    union all
    select
        'machine_open_precision' as metric,
        sum(case when actor <> 'human' and is_machine then 1.0 else 0.0 end)
        / nullif(sum(case when actor <> 'human' then 1.0 else 0.0 end), 0) as value,
        'Of the opens not counted as human, the share by machines; proxies hide some humans.'
            as note
    from opens
    union all
    select
        'machine_open_recall' as metric,
        sum(case when actor <> 'human' and is_machine then 1.0 else 0.0 end)
        / nullif(sum(case when is_machine then 1.0 else 0.0 end), 0) as value,
        'Of the opens by machines, the share not counted as human.' as note
    from opens
    union all
    select
        'spam_precision' as metric,
        sum(case when found and planted then 1.0 else 0.0 end)
        / nullif(sum(case when found then 1.0 else 0.0 end), 0) as value,
        'Of the submissions called spam, the share that are.' as note
    from spam
    union all
    select
        'spam_recall' as metric,
        sum(case when found and planted then 1.0 else 0.0 end)
        / nullif(sum(case when planted then 1.0 else 0.0 end), 0) as value,
        'Of the spam submissions, the share found.' as note
    from spam
    union all
    select
        concat('credit_error_', stage, '_', attribution_model) as metric,
        share_error as value,
        'Half the sum of differences between credited and true channel shares.' as note
    from errors
    union all
    select
        concat('credit_rank_correlation_', stage, '_', attribution_model) as metric,
        rank_correlation as value,
        'Spearman correlation of credited and true channel shares.' as note
    from errors
)

select
    metric,
    cast(value as double) as value,
    note
from metrics
where exists (select 1 from true_records)
