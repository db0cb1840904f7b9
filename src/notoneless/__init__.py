"""Not One Less (一个都不能少): no child out of school, or in school without the help they are owed."""

__version__ = "0.1.0"
