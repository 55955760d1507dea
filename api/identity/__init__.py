"""Who may enter, what each may do, and who read what."""
