"""From redactions to edits, and from edits to the bytes that go on. Pure."""
