"""Reading what is handed in: workbooks and tables of text, whole and within bounds.

`apart` reads in a process of its own, `kinds` tells by its content what a file is; `ooxml`, `opendocument`,
`biff` and `delimited` read one kind each into a `collector`; `formats` knows what a cell shows.
"""
