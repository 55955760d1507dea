"""The import: a register as an institution keeps it, read, recorded as found, and every cell accounted for.

`reading` gives the rows of a file's sheets; `recognition` finds the tables in them by their `headings` and
`banners`; `days`, `measures`, `marks` and `values` read what stands in a cell; `layouts` says what each
column means; `case` makes a child's entries of its rows; `comparing` finds what the ledger has already;
`importing` records the rest; `accounting` proves that nothing was lost; `report` tells it.
"""
