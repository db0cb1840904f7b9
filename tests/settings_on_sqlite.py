"""Django's settings in tests: the real ones, on a database and with keys that are thrown away."""

import atexit
import os
import shutil
import tempfile
from pathlib import Path

DATA = Path(tempfile.mkdtemp(prefix="notoneless-test-"))
atexit.register(shutil.rmtree, DATA, ignore_errors=True)
os.environ.update(NOTONELESS_DATA=str(DATA), NOTONELESS_KEYS=str(DATA / "keys.json"))
os.environ.pop("DATABASE_URL", None)

from notoneless.bureau.web.installation import Installation  # noqa: E402

Installation.from_environment().prepare()

from notoneless.bureau.web.settings import *  # noqa: E402, F403

ALLOWED_HOSTS = ["testserver", "localhost", "127.0.0.1"]
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.MD5PasswordHasher"
]  # quick, where nothing is at stake
STORAGES["staticfiles"] = {  # noqa: F405
    "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"
}
# In a file: threads share it, and its locks are those of production.
DATABASES["default"]["TEST"] = {"NAME": str(DATA / "test.sqlite3")}  # noqa: F405
LOGGING["handlers"]["console"] = {"class": "logging.NullHandler"}  # noqa: F405
