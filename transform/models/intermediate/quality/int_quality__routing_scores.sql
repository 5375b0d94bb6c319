-- Judged are leads that the company had rules for, as far as it had come by now.
with truth as (
    select * from {{ ref('stg_truth__routed_leads') }}
),

requests as (
    select * from {{ ref('int_routing__requests') }}
),

verdicts as (
    select * from {{ ref('int_routing__verdicts') }}
    where routing_state = 'judged'
),

compared as (
    select
        verdicts.lead_id,
        verdicts.required_owner = truth.required_owner as is_right,
        coalesce(verdicts.misroute_kind, '') as found_kind,
        case
            when truth.assigned_at is null or truth.assigned_at > {{ as_of() }} then 'unassigned'
            else truth.mistake
        end as true_kind,
        verdicts.is_assigned_late,
        truth.is_late and truth.assigned_at <= {{ as_of() }} as is_truly_late,
        verdicts.was_reassigned_within_7_days,
        coalesce(truth.reassigned_at <= {{ as_of() }}, false) as is_truly_reassigned
    from verdicts
    inner join requests on verdicts.lead_id = requests.lead_id
    inner join truth on requests.submission_id = truth.submission_id
),

judged as (
    select
        'misroute' as subject,
        found_kind <> '' as is_found,
        true_kind <> '' as is_true
    from compared
    {% for kind in ['wrong_owner', 'out_of_turn', 'inactive_owner', 'unassigned'] %}
        union all
        select
            'misroute_{{ kind }}' as subject,
            found_kind = '{{ kind }}' as is_found,
            true_kind = '{{ kind }}' as is_true
        from compared
    {% endfor %}
    union all
    select
        'late_assignment' as subject,
        is_assigned_late as is_found,
        is_truly_late as is_true
    from compared
    union all
    select
        'reassignment' as subject,
        was_reassigned_within_7_days as is_found,
        is_truly_reassigned as is_true
    from compared
)

{{ precision_and_recall(
    'judged',
    "'Of the leads that routing is said to have treated so, the share that it did.'",
    "'Of the leads that routing treated so, the share that is found.'"
) }}
union all
select
    'required_owner_agreement' as metric,
    avg(case when is_right then 1.0 else 0.0 end) as value,
    'Of the judged leads, the share whose required owner is whom the company was to choose.' as note
from compared
having count(*) > 0
