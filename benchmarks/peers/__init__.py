"""Other tools that find secrets and personal data, and what it takes to measure them beside this project."""
