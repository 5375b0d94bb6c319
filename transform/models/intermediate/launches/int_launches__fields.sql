with launches as (
    select * from {{ ref('int_launches__projects') }}
),

tasks as (
    select * from {{ ref('int_launches__tasks') }}
),

fields as (
    {% for system in var('work_systems') %}
        select * from {{ ref('stg_' ~ system ~ '__work_fields') }}
        where not is_deleted
        {{ 'union all' if not loop.last }}
    {% endfor %}
),

records as (
    select
        launch_id,
        source,
        'project' as record_type,
        project_id as record_id
    from launches
    union all
    select
        launch_id,
        source,
        'task' as record_type,
        task_id as record_id
    from tasks
),

held as (
    select
        records.launch_id,
        lower(fields.field_name) as field,
        fields.text_value,
        fields.number_value,
        fields.currency_code
    from records
    inner join fields
        on
            records.source = fields.source
            and records.record_type = fields.record_type
            and records.record_id = fields.record_id
),

-- Of several values the first in the order of their letters stands, so that the answer is the same.
told as (
    select
        launches.launch_id,
        min(case when held.field = launches.campaign_field then held.text_value end) as campaign,
        min(case when held.field = launches.link_field then held.text_value end) as link,
        min(case when held.field = launches.page_field then held.text_value end) as page,
        min(case when held.field = launches.post_field then held.text_value end) as post_id,
        min(case when held.field = launches.budget_field then held.number_value end)
            as budget_amount,
        min(case when held.field = launches.budget_field then held.currency_code end)
            as currency_code
    from launches
    left join held on launches.launch_id = held.launch_id
    group by launches.launch_id
)

select
    launch_id,
    trim(
        {{ regexp_replace_all(
            'lower(' ~ without_addresses('campaign') ~ ')', '[^a-z0-9]+', '_'
        ) }}, '_'
    ) as canonical_campaign,
    link is not null as has_link,
    lower({{ regexp_extract('link', 'utm_source=([^&#]+)') }}) as utm_source,
    lower({{ regexp_extract('link', 'utm_medium=([^&#]+)') }}) as utm_medium,
    trim(
        {{ regexp_replace_all(
            'lower(' ~ regexp_extract('link', 'utm_campaign=([^&#]+)') ~ ')', '[^a-z0-9]+', '_'
        ) }}, '_'
    ) as utm_campaign,
    {{ page_host('page') }} as page_host,
    {{ page_path('page') }} as page_path,
    post_id as tool_post_id,
    cast(budget_amount as decimal(18, 2)) as budget_amount,
    currency_code
from told
