with versions as (
    select * from {{ source('wordpress', 'posts') }}
),

went_out as (
    -- What is in the trash was out before: its versions alone remember it.
    select
        site_id,
        id,
        date_gmt as published_at,
        row_number() over (partition by site_id, id order by _dlt_valid_from desc) as version_rank
    from versions
    where status in ('publish', 'private')
),

current_rows as (
    select
        *,
        -- The address of what is not out is a number behind a question mark, and no page.
        case
            when
                status in ('publish', 'private')
                and not {{ regexp_matches('link', '[?&](p|page_id|post_type)=') }}
                then link
        end as page_url
    from versions
    where _dlt_valid_to is null
)

select
    'wordpress' as source,
    cast(current_rows.site_id as varchar) as site_id,
    cast(current_rows.id as varchar) as item_native_id,
    cast(current_rows.type as varchar) as item_type,
    cast(current_rows.status as varchar) as status_native,
    case current_rows.status
        when 'publish' then 'published'
        when 'future' then 'scheduled'
        when 'pending' then 'in_review'
        when 'trash' then 'trashed'
        else current_rows.status
    end as status,
    cast(current_rows.title as varchar) as title,
    nullif(current_rows.slug, '') as slug,
    current_rows.page_url,
    {{ page_host('current_rows.page_url') }} as page_host,
    {{ page_path('current_rows.page_url') }} as page_path,
    nullif(cast(current_rows.author as varchar), '0') as author_native_id,
    nullif(cast(current_rows.parent as varchar), '0') as parent_native_id,
    nullif(current_rows.template, '') as template,
    cast(current_rows.word_count as bigint) as word_count,
    cast(current_rows.excerpt_length as bigint) as excerpt_length,
    coalesce(current_rows.featured_media, 0) > 0 as has_image,
    coalesce(current_rows.is_protected, false) as has_password,
    cast(went_out.published_at as timestamp) as published_at,
    case
        when current_rows.status = 'future' then cast(current_rows.date_gmt as timestamp)
    end as scheduled_at,
    cast(current_rows.modified_gmt as timestamp) as modified_at,
    coalesce(current_rows.is_deleted, false) as is_deleted
from current_rows
left join went_out
    on
        current_rows.site_id = went_out.site_id
        and current_rows.id = went_out.id
        and went_out.version_rank = 1
