"""A fictional institution: its members, its register, and lives that no register can express.

Every person is made up from a seed: the same seed and day give the same people. What is due today (a person
about to turn 18, an overdue obligation) is counted from the day given as the present.
"""
