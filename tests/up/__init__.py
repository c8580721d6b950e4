"""What runs a stack on one machine, and what it says of itself."""
