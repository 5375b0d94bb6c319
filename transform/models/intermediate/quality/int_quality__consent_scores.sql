with known as (
    select
        true_records.true_person_id,
        true_records.source,
        true_records.object,
        true_records.source_record_id,
        bridge.person_id
    from {{ ref('stg_truth__records') }} as true_records
    inner join {{ ref('int_identity__bridge') }} as bridge
        on
            true_records.source = bridge.source
            and true_records.object = bridge.object
            and true_records.source_record_id = bridge.source_record_id
),

people as (
    select distinct
        true_person_id,
        person_id
    from known
),

found_states as (
    select * from {{ ref('int_consent__states') }}
    -- The truth speaks of what people want, not of what works.
    where reason not in ('deleted', 'no_address', 'undeliverable')
),

true_states as (
    select
        *,
        row_number() over (
            partition by true_person_id, channel, purpose order by valid_from desc
        ) as position
    from {{ ref('stg_truth__consents') }}
    where valid_from <= {{ as_of() }}
),

compared as (
    select
        true_states.trap,
        true_states.state as true_state,
        found_states.reason as found_state
    from true_states
    inner join people on true_states.true_person_id = people.true_person_id
    inner join found_states
        on
            people.person_id = found_states.person_id
            and true_states.channel = found_states.channel
            and true_states.purpose = found_states.purpose
    where true_states.position = 1
),

-- Members whose person refused, and whom their list sends to all the same.
gaps as (
    select
        parity.source_record_id is not null as is_found,
        mailable.source_record_id is not null as is_true
    from known
    inner join true_states
        on
            known.true_person_id = true_states.true_person_id
            and true_states.channel = 'email'
            and true_states.purpose = 'marketing'
            and true_states.position = 1
    left join {{ ref('stg_truth__mailable_members') }} as mailable
        on
            known.source = mailable.source
            and known.source_record_id = mailable.source_record_id
            and mailable.valid_from <= {{ as_of() }}
            and mailable.valid_to > {{ as_of() }}
            and true_states.state = 'opted_out'
    left join {{ ref('int_consent__parity') }} as parity
        on
            known.source = parity.source
            and known.source_record_id = parity.source_record_id
            and parity.channel = 'email'
    where known.object = 'members'
),

judged as (
    {% for state in ['opted_out', 'granted', 'expired'] %}
        select
            'consent_{{ state }}' as subject,
            found_state = '{{ state }}' as is_found,
            true_state = '{{ state }}' as is_true
        from compared
        union all
    {% endfor %}
    select
        'consent_suppression_gap' as subject,
        is_found,
        is_true
    from gaps
    union all
    -- Of a trap there is no wrong finding, only one that was walked into.
    select
        concat('consent_trap_', trap) as subject,
        true_state = found_state as is_found,
        true as is_true
    from compared
    where trap <> ''
),

scored as (
    {{ precision_and_recall(
        'judged',
        "'Share of those found so that truly are.'",
        "'Share of those that truly are so that is found.'"
    ) }}
)

select * from scored
where metric not like 'consent_trap_%_precision'
