"""Values only: what the sidecar talks about, with no behaviour beyond their own meaning."""
