"""The audit log: append-only events in a keyed chain, written in the transaction of what they tell.

    from notoneless.bureau.audit import actions as audit

    @audit.action
    def rename(*, by: User, school: Organisation, name: str) -> None:
        ...
        audit.record(by, "organisation.renamed", school, fields=["name"])

Every function that writes is an action; `record` outside of one is an error.
"""
