"""What happens in a child's life in state care, what may not, what is due and what follows.

Pure: the domain imports the standard library and ``annotated_types`` only. It reads no clock and no random
number, and does no input or output; days, ids and numbers of rules are arguments.
"""
