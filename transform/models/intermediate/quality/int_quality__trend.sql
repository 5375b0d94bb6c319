with scores as (
    select * from {{ ref('int_quality__scores') }}
    where records > 0
),

shares as (
    select
        day,
        source,
        object,
        dimension,
        field,
        records,
        passed,
        {{ field_score('passed', 'records') }} as score,
        min(day) over (partition by source, object, dimension, field) as first_day
    from scores
),

-- The latest day judged 28 to 56 days earlier, else the first one of a shorter history.
compared as (
    select
        shares.*,
        before.day as compared_day,
        before.score as score_before,
        row_number() over (
            partition by
                shares.source, shares.object, shares.dimension, shares.field, shares.day
            order by before.day desc
        ) as position
    from shares
    left join shares as before
        on
            shares.source = before.source
            and shares.object = before.object
            and shares.dimension = before.dimension
            and shares.field = before.field
            and shares.day > before.day
            and {{ add_days('shares.day', -56) }} <= before.day
            and (
                {{ add_days('shares.day', -28) }} >= before.day
                or before.day = before.first_day
            )
)

select
    day,
    source,
    object,
    dimension,
    field,
    records,
    passed,
    score,
    compared_day,
    score_before,
    score - score_before as score_change,
    -- Half a point either way is noise.
    case
        when score_before is null then 'new'
        when score - score_before >= 0.005 then 'better'
        when score - score_before <= -0.005 then 'worse'
        else 'steady'
    end as trend
from compared
where position = 1
