"""The persistence module for the eventsourcing library: `PERSISTENCE_MODULE=ledger.recorder`.

The SQL function that appends entries about children also appends the events of the library's applications, to
the same tables in a schema of their own. The module follows a children's ledger, and never writes to it. See
docs/eventsourcing.md.
"""

from ledger.recorder.child_streams import EntryRecorded
from ledger.recorder.factory import Factory
from ledger.recorder.tracking import LedgerTrackingRecorder
from ledger.recorder.views import make_view

__all__ = ["EntryRecorded", "Factory", "LedgerTrackingRecorder", "make_view"]
