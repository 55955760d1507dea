"""Children whom the same adopters adopted, counted across files, and those that were too many (I16).

An adoption is judged with the others of its adopters when it is recorded. History stands as its papers tell,
and a late entry or a correction may change what came before: so the adoptions of all files are counted here.
"""
