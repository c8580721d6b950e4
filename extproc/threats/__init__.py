"""What speaks to the model instead of the person it works for: in definitions of tools, and in what they answer."""
