"""The persistence module for the eventsourcing library: `PERSISTENCE_MODULE=ledger.recorder`.

What an application of the library's records is appended by the same SQL function as the entries about
children, to the same tables in a schema of its own. A children's ledger is read through it: followed, never
written. See docs/eventsourcing.md.
"""

from ledger.recorder.child_streams import EntryRecorded
from ledger.recorder.factory import Factory
from ledger.recorder.tracking import LedgerTrackingRecorder
from ledger.recorder.views import make_view

__all__ = ["EntryRecorded", "Factory", "LedgerTrackingRecorder", "make_view"]
