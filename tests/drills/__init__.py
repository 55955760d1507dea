"""The drills: processes killed, connections lost, many at once; nothing is lost or skipped."""
