"""Recognition of the tables on the sheets of a workbook, and of the kind of each row."""
