"""What happens in a child's life, what may not, what is due and what follows: pure, no input or output."""
