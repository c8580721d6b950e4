"""The image: what the Dockerfile says, done without Docker."""
