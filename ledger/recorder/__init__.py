"""The persistence module for the eventsourcing library: `PERSISTENCE_MODULE=ledger.recorder`.

What an application of the library's records is appended by the same SQL function as the entries about
children, to the same tables in a schema of its own. A children's ledger is read through it: followed, never
written. See docs/eventsourcing.md.
"""

from ledger.recorder.factory import Factory

__all__ = ["Factory"]
