"""Which tables stand on the sheets of a workbook, and what each of their rows is."""
