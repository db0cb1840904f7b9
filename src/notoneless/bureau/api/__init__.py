"""The HTTP API: lists in, verdicts out, for the programs of schools, offices and other systems.

A program has a token, bound to an organisation and a role: it acts as a user of its own with that one role, by
the same actions and queries as people, with the same rights and the same log.
"""
