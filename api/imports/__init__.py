"""The import: a register as an institution keeps it, read, recorded as found, and every cell accounted for.

`workbook` and `recognition` read sheets, `cells`, `days` and `values` what stands in them; `layouts` says
what each column means; `case` makes a child's entries of its rows; `comparing` finds what the ledger has
already; `importing` records the rest; `accounting` proves that nothing was lost; `report` tells it.
"""
