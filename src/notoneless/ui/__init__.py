"""The look: one stylesheet for the result page and the web system, a well-kept ledger."""

from importlib.resources import files


def stylesheet() -> str:
    """The stylesheet, whole, for a page that must stand alone."""
    return files(__name__).joinpath("app.css").read_text(encoding="utf-8")
