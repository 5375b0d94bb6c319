with true_opens as (
    select * from {{ ref('stg_truth__opens') }}
),

true_spam as (
    select * from {{ ref('stg_truth__spam_submissions') }}
),

events as (
    select * from {{ ref('int_email__events') }}
    where event_type = 'open'
),

forms as (
    select * from {{ ref('int_touchpoints__form_submissions') }}
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

judged as (
    select
        'machine_open' as subject,
        actor <> 'human' as is_found,
        is_machine as is_true
    from opens
    union all
    select
        'human_open' as subject,
        actor = 'human' as is_found,
        not is_machine as is_true
    from opens
    union all
    select
        'spam' as subject,
        found as is_found,
        planted as is_true
    from spam
)

{% set precision_note %}
case subject
        when 'machine_open'
            then 'Of the opens not counted as human, the share by machines; proxies hide humans.'
        when 'human_open' then 'Of the opens counted as human, the share by humans.'
        else 'Of the form submissions called spam, the share that are.'
    end
{%- endset %}
{% set recall_note %}
case subject
        when 'machine_open' then 'Of the opens by machines, the share not counted as human.'
        when 'human_open' then 'Of the opens by humans, the share counted as human.'
        else 'Of the spam submissions, the share found.'
    end
{%- endset %}
{{ precision_and_recall('judged', precision_note, recall_note) }}
