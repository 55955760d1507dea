"""The console: the ledger's pages for people in a browser, rendered here and complete without a script.

A page shows what the API answers: it calls the same function with the same rights, and is written into the
same access log.
"""
