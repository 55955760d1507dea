"""Rule packs as files: read, tried by their examples and on a whole ledger."""
