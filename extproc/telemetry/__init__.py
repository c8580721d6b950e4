"""What is told about decisions: one log line and the metrics, both projections of the same record."""
