"""What a call would do: read, write, destroy or carry data out, judged from its name, definition and arguments."""
