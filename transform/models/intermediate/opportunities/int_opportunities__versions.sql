with deals as (
    select * from {{ ref('int_opportunities__deals') }}
    where not is_reversal
),

versions as (
    {% for system in var('crm_systems') %}
        select
            source,
            source_record_id,
            amount,
            currency_code,
            owner_native_id,
            closes_at,
            updated_at,
            loaded_at,
            version_id,
            is_loaded
        from {{ ref('stg_' ~ system ~ '__deal_versions') }}
        {{ 'union all' if not loop.last }}
    {% endfor %}
),

currencies as (
    select * from {{ ref('int_hygiene__currencies') }}
),

company as (
    select * from {{ ref('stg_config__company') }}
),

compared as (
    select
        *,
        lag(loaded_at) over (
            partition by source, source_record_id order by loaded_at, version_id
        ) as previously_loaded_at
    from versions
),

dated as (
    -- A change came between two loads: at the instant that the vendor states, where it is one
    -- between them, else when it was seen.
    select
        *,
        case
            when
                updated_at <= loaded_at
                and (previously_loaded_at is null or updated_at >= previously_loaded_at)
                then updated_at
            else loaded_at
        end as changed_at
    from compared
)

select
    deals.opportunity_id,
    row_number() over (
        partition by deals.opportunity_id
        order by dated.loaded_at, dated.version_id
    ) as version_no,
    case
        when dated.owner_native_id is not null
            then {{ surrogate_key(['dated.source', 'dated.owner_native_id']) }}
    end as owner_id,
    dated.amount as value_amount,
    case
        when dated.currency_code is null then company.reporting_currency
        else coalesce(currencies.currency_code, 'XXX')
    end as currency_code,
    -- Some systems keep a day, which is midnight here and the same day in every zone.
    case
        when dated.closes_at = cast({{ date_of('dated.closes_at') }} as timestamp)
            then {{ date_of('dated.closes_at') }}
        else {{ date_in_zone('dated.closes_at', 'company.reporting_time_zone') }}
    end as expected_close_on,
    greatest(dated.changed_at, deals.created_at) as stated_at,
    dated.is_loaded,
    dated.loaded_at
from dated
inner join deals
    on dated.source = deals.source and dated.source_record_id = deals.source_record_id
cross join company
left join currencies on dated.currency_code = currencies.currency_stated
