"""What an agent has seen and done, and whether what it does next follows from it."""
