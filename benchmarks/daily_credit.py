"""What a day of 1 % new journeys costs beside a full build, from touches to published credits.

    python -m benchmarks.daily_credit --home FOLDER --touches 10000000

FOLDER is a home that has run, and is left as it is. In a copy of its warehouse made-up touches,
conversions and people replace those of the company, without one person in a hundred; dbt builds
the models from journeys to the mart in full, as a run would. Then the rest comes in, announced as
the models before would announce it, and dbt builds again: the seconds are dbt's own of each model,
so that the start of the process is apart. A third build, in full, must leave the same rows.
Writes results/daily_credit.md.
"""

import argparse
import json
import multiprocessing
import os
import shutil
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import duckdb

from benchmarks.processes import ended
from orchestration.settings import Settings, child_environment

RESULTS = Path(__file__).parent / "results"
MODELS = (
    "int_attribution__journeys",
    "int_attribution__fits_in_force",
    "int_attribution__touch_uses",
    "int_attribution__credits",
    "fct_attribution_credits",
)
CHANNELS = ["paid_search", "organic_search", "email", "direct", "referral", "paid_social"]
FIRST_DAY, NEXT_DAY = "2026-07-02 06:00:00", "2026-07-03 06:00:00"
# Model -> what it is filled with, for the persons of `people` (person, touches).
ROWS = {
    "int_touchpoints__touchpoints": f"""
        select md5(concat_ws('|', person, place)) as touchpoint_id, md5(person) as person_id,
            1 as touch_type_priority, 'marketing' as touch_class,
            {CHANNELS}[cast(hash(person, place) % {len(CHANNELS)} as bigint) + 1] as channel,
            timestamp '2026-01-01'
            + to_seconds(cast(hash(person, place, 'at') % 6912000 as bigint)) as touched_at
        from people, unnest(range(touches)) as placed (place)
    """,
    "int_conversions__conversions": """
        select md5(concat_ws('|', person, stage)) as conversion_id, stage, md5(person) as person_id,
            case stage when 'won' then cast(hash(person) % 1000000 as decimal(18, 2)) / 100 end
            as value_amount,
            case stage when 'won' then 'USD' end as currency_code,
            case stage when 'won' then cast(hash(person) % 1000000 as decimal(18, 2)) / 100 end
            as value_amount_reporting,
            false as is_reversal, timestamp '2026-03-23' as converted_at
        from people, unnest(['lead', 'won']) as staged (stage)
        where stage = 'lead' or hash(person) % 3 = 0
    """,
    "int_attribution__eligible_people": """
        select md5(concat_ws('|', person, stage)) as conversion_id, md5(person) as person_id,
            timestamp '2026-01-20' as contact_created_at, true as is_oldest_contact
        from people, unnest(['lead', 'won']) as staged (stage)
        where stage = 'lead' or hash(person) % 3 = 0
    """,
}
# What the models before announce of rows that came: model, feed, and its units.
FEEDS = (
    ("int_touchpoints__touchpoints", "person", "person_id"),
    ("int_conversions__conversions", "conversion", "conversion_id"),
    ("int_conversions__conversions", "original", "conversion_id"),
    ("int_conversions__conversions", "month", "stage || '|2026-03-01'"),
    ("int_attribution__eligible_people", "conversion", "conversion_id"),
)


def fill(warehouse: Path, touches: int) -> int:
    """Replace the company's rows by made-up ones, the last hundredth kept back; return touches."""
    with duckdb.connect(str(warehouse)) as connection:
        connection.execute("use intermediate")
        connection.execute("set enable_progress_bar = false")
        connection.execute(
            "create table people as select 'p' || range as person,"
            " 1 + cast(hash(range) % 20 as bigint) as touches,"
            f" hash(range, 'new') % 100 = 0 as is_new from range({touches * 2 // 21})"
        )
        for model in ROWS:
            connection.execute(f"delete from {model}")
        _insert(connection, "not is_new")
        connection.execute("delete from changes.units")
        row = connection.execute("select sum(touches) from people").fetchone()
        connection.execute("checkpoint")
    return int(row[0]) if row else 0


def come(warehouse: Path) -> None:
    """Let the persons who were kept back come, and announce them."""
    with duckdb.connect(str(warehouse)) as connection:
        connection.execute("use intermediate")
        _insert(connection, "is_new")
        for model, feed, unit in FEEDS:
            connection.execute(
                f"""
                insert into changes.units
                select number, '{model}', '{feed}', unit
                from (
                    select distinct {unit} as unit from {model}
                    where person_id in (select md5(person) from people where is_new)
                ) cross join (select nextval('changes.build_numbers') as number)
                """
            )
        connection.execute("checkpoint")


def _insert(connection: duckdb.DuckDBPyConnection, who: str) -> None:
    for model, query in ROWS.items():
        rows = query.replace("from people,", f"from (from people where {who}) as people,")
        connection.execute(f"insert into {model} by name {rows}")


def built(settings: Settings, as_of: str, *options: str) -> tuple[dict[str, float], float]:
    """Build the models as a run does; return dbt's seconds of each and the peak in megabytes."""
    environment = child_environment(settings) | {
        "ENGINEROOM_RUN_AS_OF": as_of,
        "ENGINEROOM_RUN_RUN_ID": f"benchmark {as_of}",
        "DBT_TARGET_PATH": str(settings.target),
        "DBT_LOG_PATH": str(settings.target),
    }
    command = ["run", "--project-dir", str(settings.transform), "--select", *MODELS, *options]
    command += ["--profiles-dir", str(settings.transform)]
    program = [sys.executable, "-c", "from orchestration.dbt_process import main; main()", *command]
    done = ended(program, environment)
    if done.code:
        raise SystemExit(done.text[-3000:])
    results = json.loads((settings.target / "run_results.json").read_text("utf-8"))["results"]
    seconds = {each["unique_id"].split(".")[-1]: each["execution_time"] for each in results}
    return seconds, done.peak_mb


def _apart(work: Callable[..., Any], *given: Any) -> Any:
    with multiprocessing.get_context("spawn").Pool(1) as pool:
        return pool.apply(work, given)


def digest(home: Path) -> list[tuple]:
    """Return rows and a sum of hashes of the mart."""
    with duckdb.connect(str(home / "marts" / "engineroom.duckdb"), read_only=True) as connection:
        return connection.execute(
            "select count(*), sum(cast(hash(credits) as hugeint))"
            " from marts.fct_attribution_credits as credits"
        ).fetchall()


def main() -> None:
    """Build three times and write the table."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--home", type=Path, required=True)
    parser.add_argument("--touches", type=int, default=10_000_000)
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="engineroom-bench-") as folder:
        home = Path(folder) / "home"
        shutil.copytree(chosen.home, home, ignore=shutil.ignore_patterns("*.log", "dagster"))
        settings = Settings(home=home, environment=dict(os.environ))
        # In processes of their own, so that this one stays small.
        many = _apart(fill, settings.warehouse, chosen.touches)
        full, peak = built(settings, FIRST_DAY, "--full-refresh")
        _apart(come, settings.warehouse)
        part, part_peak = built(settings, NEXT_DAY)
        found = digest(home)
        built(settings, NEXT_DAY, "--full-refresh")
        same = "the same rows" if digest(home) == found else "OTHER ROWS"
    rows = "".join(f"| {name} | {full[name]:.1f} | {part[name]:.2f} |\n" for name in MODELS)
    whole, day = sum(full.values()), sum(part.values())
    text = (
        f"# A day of 1 % beside a full build: {many:,} touches\n\n"
        "| model | full, seconds | 1 %, seconds |\n|---|---:|---:|\n"
        f"{rows}| all | {whole:.1f} | {day:.2f} |\n"
        f"| peak of the process, MB | {peak:,.0f} | {part_peak:,.0f} |\n\n"
        f"The day is {day / whole:.1%} of the full build. A full build after it has {same}: "
        f"{found[0][0]:,} credits.\n"
    )
    (RESULTS / "daily_credit.md").write_text(text, "utf-8")
    print(text)


if __name__ == "__main__":
    main()
