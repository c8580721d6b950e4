"""Texts with and without injected instructions, made by a grammar for training and for nothing else."""
