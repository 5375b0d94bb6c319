"""One source loaded through its own Dagster job in a finished home, and what must not change."""

import duckdb
import whole_runs

from orchestration import definitions, ingest, transform


class Loads:
    """A finished home; `load` runs the job of one source and returns what its check says."""

    def __init__(self, home):
        self.settings = whole_runs.settings_of(home)
        self.parsed = transform.manifest(self.settings)
        self.repository = definitions.build(self.settings, self.parsed).get_repository_def()

    def load(self, source, **house):
        """Return whether the load was good, and its message; `house` configures the run."""
        job = self.repository.get_job(f"load_only_{source}")
        with whole_runs.instance_of(self.settings.home) as instance:
            result = job.execute_in_process(
                run_config={"resources": {"house": {"config": house}}},
                instance=instance,
                raise_on_error=False,
            )
        verdicts = {
            (each.passed, str(each.metadata["message"].value))
            for each in result.get_asset_check_evaluations()
            if each.check_name == ingest.CHECK
        }
        assert len(verdicts) == 1, verdicts
        return verdicts.pop()

    def raw(self, source):
        """Return rows per raw table of a source."""
        with duckdb.connect(str(self.settings.warehouse), read_only=True) as connection:
            tables = connection.execute(
                "select table_name from duckdb_tables() where schema_name = ?", [f"raw_{source}"]
            ).fetchall()
            return {
                table: connection.execute(
                    f'select count(*), count(_dlt_load_id) from raw_{source}."{table}"'
                ).fetchone()
                for (table,) in tables
                if not table.startswith("_dlt")
            }

    def quarantined(self, source):
        """Return table and reason of what waits in quarantine."""
        with duckdb.connect(str(self.settings.warehouse), read_only=True) as connection:
            return connection.execute(
                f"select table_name, reason from quarantine.{source} order by all"
            ).fetchall()

    def drift(self, source):
        """Return what was seen that nobody asked for."""
        with duckdb.connect(str(self.settings.warehouse), read_only=True) as connection:
            rows = connection.execute(
                "select kind, column_name from ingest.drift where source = ?", [source]
            ).fetchall()
            return {":".join(filter(None, row)) for row in rows}
