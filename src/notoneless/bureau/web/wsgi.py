"""What the server loads."""

import os

from django.conf import settings
from django.core.wsgi import get_wsgi_application

from notoneless.bureau.web import scratch

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "notoneless.bureau.web.settings")

application = get_wsgi_application()
scratch.claim(settings.INSTALLATION.data)
