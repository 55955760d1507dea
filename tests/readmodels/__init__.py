"""Read models: what they say, how they are built, and that they are what the entries say."""
