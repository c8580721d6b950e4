"""Find personal data, secrets and financial data in every string of a message."""
