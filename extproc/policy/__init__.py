"""What a policy says: rules with effects and redactions, and how they combine. Pure."""
