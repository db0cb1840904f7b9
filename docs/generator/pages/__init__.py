"""The pages of the reference: one file each, with a function ``page``."""
