"""Reading of workbooks and tables of text, completely and within limits.

`apart` reads in a separate process, `kinds` detects the kind of a file by its content; `ooxml`,
`opendocument`, `biff` and `delimited` read one kind each into a `collector`; `formats` applies number
formats.
"""
