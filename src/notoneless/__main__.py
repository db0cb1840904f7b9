"""``python -m notoneless`` is the command ``notoneless``."""

from notoneless.cli import main

main()
