"""A fictional institution: its members, its register, and lives that no register can tell.

Everybody is made up, from a seed: the same seed and day give the same people. Whatever is to be seen today
(somebody about to turn 18, something overdue) is counted from the day that is given as the present.
"""
