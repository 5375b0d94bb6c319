with tasks as (
    select * from {{ ref('int_launches__tasks') }}
),

done as (
    select
        launch_id,
        {{ surrogate_key(['source', 'completed_by_id']) }} as marketer_id,
        completed_at
    from tasks
    where is_completed and completed_by_id is not null
),

first_work as (
    select
        marketer_id,
        min(completed_at) as first_done_at
    from done
    group by marketer_id
),

numbered as (
    -- By the first that they did: who joins later gets a later number, and nobody's number moves.
    select
        marketer_id,
        row_number() over (order by first_done_at, marketer_id) as position
    from first_work
)

select distinct
    done.launch_id,
    done.marketer_id,
    case
        when numbered.position < 10
            then concat('Marketer 0', cast(numbered.position as varchar))
        else concat('Marketer ', cast(numbered.position as varchar))
    end as marketer_label
from done
inner join numbered on done.marketer_id = numbered.marketer_id
