"""What is to be said of a server before it is let in: its definitions judged, without a call to any of its tools."""
