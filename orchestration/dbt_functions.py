"""What dbt's connection knows besides SQL: profiles.yml names this module as a plugin."""

import duckdb
from dbt.adapters.duckdb.plugins import BasePlugin

from attribution import credit_function


class Plugin(BasePlugin):
    """Registers the functions that models call; dbt-duckdb asks for a class of this name."""

    def configure_connection(self, conn: duckdb.DuckDBPyConnection) -> None:
        """Make them known when dbt opens the warehouse."""
        credit_function.register(conn)
