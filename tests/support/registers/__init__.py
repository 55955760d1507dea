"""Registers for tests, made by code: workbooks as institutions keep them, with faults of their own."""
