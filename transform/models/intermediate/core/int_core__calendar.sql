-- Twenty years, so that no fact and no plan falls off, as exports reach far back; a fiscal year is
-- named by where it ends.
with days as (
    {{ day_spine("cast('2010-01-01' as date)", "cast('2029-12-31' as date)") }}
),

company as (
    select
        week_start,
        fiscal_year_start_month,
        business_days
    from {{ ref('stg_config__company') }}
),

-- A day may be off for two reasons.
holidays as (
    select
        holiday_on,
        {{ ordered_path('holiday_name', 'holiday_name', ', ') }} as holiday_name
    from {{ ref('stg_config__holidays') }}
    group by holiday_on
),

parts as (
    select
        days.date_day,
        company.fiscal_year_start_month,
        company.business_days,
        holidays.holiday_name,
        extract(year from days.date_day) as year_number,
        extract(month from days.date_day) as month_number,
        extract(quarter from days.date_day) as quarter_number,
        extract(week from days.date_day) as week_number,
        (
            extract(month from days.date_day) - coalesce(company.fiscal_year_start_month, 1) + 12
        ) % 12 as fiscal_month_index,
        {{ iso_weekday('days.date_day') }} as weekday_number,
        case {{ iso_weekday('days.date_day') }}
            when 1 then 'monday'
            when 2 then 'tuesday'
            when 3 then 'wednesday'
            when 4 then 'thursday'
            when 5 then 'friday'
            when 6 then 'saturday'
            else 'sunday'
        end as weekday,
        (
            {{ iso_weekday('days.date_day') }}
            + case company.week_start when 'sunday' then 0 when 'saturday' then 1 else 6 end
        ) % 7 as days_into_week
    from days
    left join company on true
    left join holidays on days.date_day = holidays.holiday_on
)

select
    date_day,
    concat(
        -- The ISO year is the year of the week's Thursday.
        cast(extract(year from {{ add_days('date_day', '4 - weekday_number') }}) as varchar),
        '-W',
        lpad(cast(week_number as varchar), 2, '0')
    ) as iso_week,
    concat(cast(year_number as varchar), '-', lpad(cast(month_number as varchar), 2, '0')) as month,
    concat(cast(year_number as varchar), '-Q', cast(quarter_number as varchar)) as quarter,
    concat(
        'FY',
        cast(
            case
                when
                    coalesce(fiscal_year_start_month, 1) > 1
                    and month_number >= fiscal_year_start_month
                    then year_number + 1
                else year_number
            end as varchar
        ),
        '-P',
        lpad(cast(fiscal_month_index + 1 as varchar), 2, '0')
    ) as fiscal_period,
    {{ add_days('date_day', '-days_into_week') }} as week_start_on,
    weekday,
    holiday_name,
    holiday_name is null
    and coalesce(business_days, '') like concat('%"', weekday, '"%') as is_business_day
from parts
