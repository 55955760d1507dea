"""The import of a register: read, recorded as found, with every cell accounted for.

`reading` yields the rows of a file's sheets; `recognition` finds their tables; `cells` parses the contents of
cells; `layouts` gives the meaning of each column; `facts` makes a child's facts of its rows; `comparison`
finds what the ledger has already; `importing` records the rest; `accounting` proves that nothing was lost;
`report` shows it.
"""
