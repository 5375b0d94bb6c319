with versions as (
    select
        *,
        lag(status) over (partition by id order by _dlt_valid_from) as status_before
    from {{ source('adaptlypost', 'post_platforms') }}
),

failures as (
    -- A retry overwrites the error: the versions alone remember that there was one.
    select
        id,
        count(*) as failures_seen
    from versions
    where status = 'FAILED' and coalesce(status_before, '') <> 'FAILED'
    group by id
)

select
    'adaptlypost' as tool,
    cast(versions.id as varchar) as publication_id,
    cast(versions.post_id as varchar) as tool_post_id,
    cast(coalesce(versions.connection_id, versions.page_id) as varchar) as account_id,
    cast(versions.platform as varchar) as network_native,
    cast(versions.status as varchar) as status_native,
    cast(versions.platform_post_id as varchar) as native_post_id,
    cast(versions.post_url as varchar) as native_post_url,
    cast(versions.error_message as varchar) as error_message,
    cast(coalesce(failures.failures_seen, 0) as bigint) as failures_seen,
    cast(versions.published_at as timestamp) as published_at,
    coalesce(versions.is_deleted, false) as is_deleted
from versions
left join failures on versions.id = failures.id
where versions._dlt_valid_to is null
