with out_versions as (
    select
        site_id,
        id,
        date_gmt,
        _dlt_valid_from,
        _dlt_valid_to,
        {{ page_host('link') }} as page_host,
        {{ page_path('link') }} as page_path
    from {{ source('wordpress', 'posts') }}
    where
        status in ('publish', 'private')
        and not coalesce(is_deleted, false)
        and not {{ regexp_matches('link', '[?&](p|page_id|post_type)=') }}
),

marked as (
    select
        *,
        lag(_dlt_valid_to) over (partition by site_id, id order by _dlt_valid_from) as ended_before,
        lag(page_host) over (partition by site_id, id order by _dlt_valid_from) as host_before,
        lag(page_path) over (partition by site_id, id order by _dlt_valid_from) as path_before
    from out_versions
),

numbered as (
    -- A version that only changed a title goes on with the address of the one before it.
    select
        *,
        sum(
            case
                when
                    ended_before = _dlt_valid_from
                    and host_before = page_host
                    and path_before = page_path
                    then 0
                else 1
            end
        ) over (
            partition by site_id, id
            order by _dlt_valid_from
            rows between unbounded preceding and current row
        ) as path_no
    from marked
),

spans as (
    select
        site_id,
        id,
        path_no,
        page_host,
        page_path,
        min(date_gmt) as dated_at,
        min(_dlt_valid_from) as first_seen_at,
        max(_dlt_valid_to) as ended_at,
        count(*) - count(_dlt_valid_to) as open_versions
    from numbered
    group by site_id, id, path_no, page_host, page_path
)

select
    'wordpress' as source,
    cast(site_id as varchar) as site_id,
    cast(id as varchar) as item_native_id,
    cast(path_no as bigint) as path_no,
    page_host,
    page_path,
    -- Nobody saw it before the first load; it was there since it went out.
    cast(
        case
            when path_no = 1 and dated_at < first_seen_at then dated_at
            else first_seen_at
        end as timestamp
    ) as valid_from,
    cast(case when open_versions = 0 then ended_at end as timestamp) as valid_to,
    open_versions > 0 as is_current
from spans
