"""Template tags of the house; loaded in every template (settings.TEMPLATES)."""
