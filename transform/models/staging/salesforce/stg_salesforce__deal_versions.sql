with loaded as (
    select
        id,
        amount,
        currency_iso_code,
        owner_id,
        close_date,
        system_modstamp,
        _dlt_valid_from,
        row_number() over (partition by id order by _dlt_valid_from) as position
    from {{ source('salesforce', 'opportunities') }}
),

-- What the vendor purges from its history stays true.
history as (
    select * from {{ source('salesforce', 'opportunity_history') }}
    where _dlt_valid_to is null
),

-- With each stage the vendor keeps the amount and the close date of that instant: the past before
-- the first load. It keeps neither currency nor owner: those of the first version stand for them.
remembered as (
    select
        loaded.id,
        history.amount,
        loaded.currency_iso_code,
        loaded.owner_id,
        history.close_date,
        history.created_date as system_modstamp,
        history.created_date as seen_at,
        history.id as version_id,
        false as is_loaded
    from history
    inner join loaded on history.opportunity_id = loaded.id and loaded.position = 1
    where history.created_date < cast(loaded._dlt_valid_from as timestamp)
),

versions as (
    select
        id,
        amount,
        currency_iso_code,
        owner_id,
        close_date,
        system_modstamp,
        cast(_dlt_valid_from as timestamp) as seen_at,
        cast(_dlt_valid_from as varchar) as version_id,
        true as is_loaded
    from loaded
    union all
    select * from remembered
)

select
    'salesforce' as source,
    cast(id as varchar) as source_record_id,
    {{ safe_decimal('amount', 18, 2) }} as amount,
    upper(nullif(trim(currency_iso_code), '')) as currency_code,
    nullif(trim(owner_id), '') as owner_native_id,
    cast(close_date as timestamp) as closes_at,
    cast(system_modstamp as timestamp) as updated_at,
    seen_at as loaded_at,
    version_id,
    is_loaded
from versions
