"""The outcome of every cell: as an answer, as a workbook for the clerk, and on a terminal."""
