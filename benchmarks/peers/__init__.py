"""Other tools that find secrets, personal data or attacks, and what it takes to measure them beside this project."""
