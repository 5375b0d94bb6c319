with planted as (
    select * from {{ ref('stg_truth__planted') }}
    where object = 'projects'
),

launches as (
    select * from {{ ref('int_launches__launches') }}
    where status = 'live'
),

checks as (
    select * from {{ ref('int_launches__checks') }}
    where status in ('passed', 'failed')
),

found as (
    select
        'late_launch' as subject,
        launch_id,
        not is_on_time as is_found
    from launches
    union all
    select
        'missing_approval' as subject,
        launch_id,
        approved_gates < gates as is_found
    from launches
    union all
    select
        case check_name
            when 'approved_before_live' then 'live_before_approval'
            when 'utm_valid' then 'invalid_utm'
            when 'tracking_seen' then 'unseen_tracking'
            else 'launch_without_budget'
        end as subject,
        launch_id,
        status = 'failed' as is_found
    from checks
),

truths as (
    select distinct
        case
            when kind = 'launch_late' then 'late_launch'
            when kind = 'launch_link_invalid' then 'invalid_utm'
            when kind = 'launch_untracked' then 'unseen_tracking'
            when kind = 'launch_unbudgeted' then 'launch_without_budget'
            else 'live_before_approval'
        end as subject,
        source,
        record_key
    from planted
    where
        kind in (
            'launch_late', 'launch_link_invalid', 'launch_untracked', 'launch_unbudgeted',
            'approval_missing', 'approval_late', 'page_before_approval', 'send_before_approval'
        )
    union
    -- One that comes later than now is missing.
    select
        'missing_approval' as subject,
        source,
        record_key
    from planted
    where
        kind = 'approval_missing'
        or case when kind = 'approval_late' then cast(note as timestamp) end > {{ as_of() }}
),

judged as (
    -- Only what can be judged by now: a launch that is live, a check that says yes or no.
    select
        found.subject,
        found.is_found,
        truths.record_key is not null as is_true
    from found
    inner join launches on found.launch_id = launches.launch_id
    left join truths
        on
            found.subject = truths.subject
            and launches.source = truths.source
            and launches.project_id = truths.record_key
)

{{ precision_and_recall(
    'judged',
    "'Of the launches said to have this fault, the share that have it.'",
    "'Of the launches that have this fault, the share found.'"
) }}
