"""What is personal: sealed on disk, and told to nobody by a detour."""
