with publications as (
    {% for tool in var('publishing_tools') %}
        select * from {{ ref('stg_' ~ tool ~ '__publications') }}
        {% if not loop.last %}union all{% endif %}
    {% endfor %}
),

tool_posts as (
    {% for tool in var('publishing_tools') %}
        select * from {{ ref('stg_' ~ tool ~ '__publish_posts') }}
        {% if not loop.last %}union all{% endif %}
    {% endfor %}
),

statuses as (
    select * from {{ ref('publish_statuses') }}
),

networks as (
    select * from {{ ref('publish_networks') }}
),

posts as (
    select * from {{ ref('int_social__posts') }}
),

stated as (
    select
        publications.*,
        networks.platform,
        tool_posts.scheduled_at,
        post_words.status as tool_post_status,
        -- On its network a post waits as PENDING, whether it is a draft, scheduled or under way.
        case
            when network_words.status = 'publishing' and post_words.status in ('draft', 'scheduled')
                then post_words.status
            else network_words.status
        end as status
    from publications
    left join tool_posts
        on
            publications.tool = tool_posts.tool
            and publications.tool_post_id = tool_posts.tool_post_id
    left join networks on publications.network_native = networks.network_native
    left join statuses as post_words
        on post_words.subject = 'post' and tool_posts.status_native = post_words.native_status
    left join statuses as network_words
        on
            network_words.subject = 'network'
            and publications.status_native = network_words.native_status
)

select
    stated.tool,
    stated.publication_id,
    stated.tool_post_id,
    stated.account_id,
    stated.platform,
    stated.native_post_id,
    stated.native_post_url,
    posts.post_id,
    stated.status,
    stated.tool_post_status,
    stated.error_message,
    stated.failures_seen,
    cast(
        {{ epoch_seconds('stated.published_at') }} - {{ epoch_seconds('stated.scheduled_at') }}
        as bigint
    ) as delay_seconds,
    stated.scheduled_at,
    stated.published_at,
    stated.is_deleted
from stated
left join posts
    on stated.platform = posts.platform and stated.native_post_id = posts.post_id
