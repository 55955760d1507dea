"""What is kept to prove that nothing was lost or changed."""
