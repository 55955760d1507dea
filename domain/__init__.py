"""What happens in a child's life in state care, what may not, what is due and what follows.

Pure: the standard library and ``annotated_types`` only. No clock, no random number and no input or
output is reached from here; days, ids and numbers of rules are arguments.
"""
